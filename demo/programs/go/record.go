// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// record starts profiling; the function that it returns writes cpu, heap and mutex to the directory.
func record(directory string) (stop func() error, err error) {
	if directory == "" {
		return func() error { return nil }, nil
	}
	cpu, err := os.Create(filepath.Join(directory, "cpu.pb.gz"))
	if err != nil {
		return nil, err
	}
	runtime.SetMutexProfileFraction(5)
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(err, cpu.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		runtime.GC() // so that the heap profile is up to date
		return errors.Join(cpu.Close(), write(directory, "heap"), write(directory, "mutex"))
	}, nil
}

func write(directory, name string) error {
	file, err := os.Create(filepath.Join(directory, name+".pb.gz"))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(file, 0), file.Close())
}
