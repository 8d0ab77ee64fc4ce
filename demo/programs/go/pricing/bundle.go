// SPDX-License-Identifier: Apache-2.0

// Package pricing computes what a cart costs.
package pricing

import (
	"sort"

	"flameline.example/demo/go/catalog"
)

const bundlePerMille = 25 // what a bundle is cheaper than its parts

// tier is a discount that holds from a quantity on.
type tier struct {
	from     int
	perMille Money
}

// Pricer knows the discounts of every item.
type Pricer struct {
	catalog *catalog.Catalog
	tiers   []tier // sorted by from
}

// NewPricer returns a pricer with the discounts of this season.
func NewPricer(c *catalog.Catalog) *Pricer {
	return &Pricer{c, seasonTiers()}
}

// Price returns what some units of an item cost. A bundle is the sum of its parts, and those may be
// bundles again.
func (p *Pricer) Price(id catalog.ID, quantity int) Money {
	item := p.catalog.Item(id)
	if len(item.Parts) == 0 {
		return Money(item.Cents * int64(quantity)).Off(p.discount(quantity))
	}
	var sum Money
	for _, part := range item.Parts {
		sum = sum.Plus(p.Price(part.Item, part.Quantity*quantity))
	}
	return sum.Off(bundlePerMille)
}

// discount returns the per mille for a quantity, found by halving the list.
func (p *Pricer) discount(quantity int) Money {
	above := sort.Search(len(p.tiers), func(i int) bool { return p.tiers[i].from > quantity })
	if above == 0 {
		return 0
	}
	return p.tiers[above-1].perMille
}

func seasonTiers() []tier {
	tiers := make([]tier, 0, 24)
	for i := range 24 {
		tiers = append(tiers, tier{from: (i + 1) * (i + 2), perMille: Money(5 * (i + 1))})
	}
	return tiers
}
