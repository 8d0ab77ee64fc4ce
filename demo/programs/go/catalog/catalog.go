// SPDX-License-Identifier: Apache-2.0

// Package catalog holds what the shop sells: single items, and bundles of items or of bundles.
package catalog

import (
	"fmt"
	"math/rand"
)

// ID is the number of an item, counted from 0.
type ID int

// Part says how many of an item a bundle has.
type Part struct {
	Item     ID
	Quantity int
}

// Item is a single item, or a bundle if it has parts.
type Item struct {
	Name  string
	Cents int64 // list price; bundles have none
	Parts []Part
}

// Catalog is read-only once made.
type Catalog struct {
	items []Item
}

// Item returns the item with this number.
func (c *Catalog) Item(id ID) *Item {
	return &c.items[id]
}

// Len returns the number of items.
func (c *Catalog) Len() int {
	return len(c.items)
}

const (
	singles = 300
	levels  = 4  // bundles of bundles of bundles of bundles
	bundles = 60 // per level
)

// Sample makes the catalog of the demo, always the same one.
func Sample() *Catalog {
	random := rand.New(rand.NewSource(7))
	c := &Catalog{}
	for i := range singles {
		c.items = append(c.items, Item{Name: fmt.Sprintf("item-%03d", i), Cents: 99 + random.Int63n(4000)})
	}
	for level := range levels {
		below := len(c.items)
		for i := range bundles {
			bundle := Item{Name: fmt.Sprintf("bundle-%d-%02d", level+1, i)}
			for range 3 + random.Intn(3) {
				bundle.Parts = append(bundle.Parts, Part{ID(random.Intn(below)), 1 + random.Intn(4)})
			}
			c.items = append(c.items, bundle)
		}
	}
	return c
}
