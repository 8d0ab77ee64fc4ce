// SPDX-License-Identifier: Apache-2.0

// Uploads a profile with the uploader of the real Go SDK: main ADDRESS SERVICE FILE.
package main

import (
	"log"
	"os"
	"time"

	"github.com/grafana/pyroscope-go"
	"github.com/grafana/pyroscope-go/upstream"
	"github.com/grafana/pyroscope-go/upstream/remote"
)

func main() {
	data, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	uploader, err := remote.NewRemote(remote.Config{
		Address: os.Args[1],
		Threads: 1,
		Timeout: 30 * time.Second,
		Logger:  pyroscope.StandardLogger,
	})
	if err != nil {
		log.Fatal(err)
	}
	uploader.Start()
	uploader.Upload(&upstream.UploadJob{
		Name:       os.Args[2] + "{env=test}",
		StartTime:  time.Now().Add(-15 * time.Second),
		EndTime:    time.Now(),
		SpyName:    "gospy",
		SampleRate: 100,
		Units:      "samples",
		Format:     upstream.FormatPprof,
		Profile:    data,
	})
	uploader.Flush()
	uploader.Stop()
}
