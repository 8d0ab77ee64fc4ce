// SPDX-License-Identifier: Apache-2.0

// Package cache keeps answers that were asked for lately.
package cache

import (
	"bytes"
	"container/list"
	"sync"
)

// LRU holds up to a number of values and drops the one that was not used for the longest time.
type LRU struct {
	mutex   sync.Mutex
	limit   int
	order   *list.List // of *entry, the latest first
	entries map[uint64]*list.Element
}

type entry struct {
	key   uint64
	value []byte
}

// New returns an empty cache.
func New(limit int) *LRU {
	return &LRU{limit: limit, order: list.New(), entries: make(map[uint64]*list.Element)}
}

// Get returns the value of the key, if it is there.
func (c *LRU) Get(key uint64) ([]byte, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(element)
	return element.Value.(*entry).value, true
}

// Put stores a copy of the value.
func (c *LRU) Put(key uint64, value []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if element, ok := c.entries[key]; ok {
		c.order.MoveToFront(element)
		return
	}
	c.entries[key] = c.order.PushFront(&entry{key, bytes.Clone(value)})
	if c.order.Len() > c.limit {
		oldest := c.order.Back()
		delete(c.entries, oldest.Value.(*entry).key)
		c.order.Remove(oldest)
	}
}

// Len returns the number of values.
func (c *LRU) Len() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.order.Len()
}
