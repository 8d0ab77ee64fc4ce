// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand"
)

// Line is how many of one item somebody wants.
type Line struct {
	Item     ID
	Quantity int
}

// Cart is what somebody wants to buy.
type Cart []Line

// Key tells carts apart: equal carts have equal keys.
func (cart Cart) Key() uint64 {
	var number [8]byte
	digest := fnv.New64a()
	for _, line := range cart {
		binary.LittleEndian.PutUint32(number[:4], uint32(line.Item))
		binary.LittleEndian.PutUint32(number[4:], uint32(line.Quantity))
		digest.Write(number[:]) // never fails
	}
	return digest.Sum64()
}

// RandomCart returns a cart of up to n lines; bundles, which have the high numbers, are popular.
func (c *Catalog) RandomCart(random *rand.Rand, n int) Cart {
	cart := make(Cart, 1+random.Intn(n))
	for i := range cart {
		id := max(random.Intn(c.Len()), random.Intn(c.Len()))
		cart[i] = Line{ID(id), 1 + random.Intn(5)}
	}
	return cart
}
