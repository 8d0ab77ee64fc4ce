// SPDX-License-Identifier: Apache-2.0

package pricing

import "math/rand"

// Voucher takes something off a cart, and needs a part of the cart's sum that no other one may use.
type Voucher struct {
	Code  string `json:"code"`
	Needs Money  `json:"-"`
	Saves Money  `json:"saves"`
}

const (
	step     = 50     // vouchers need multiples of 50 cents
	mostUsed = 50_000 // cents; of a larger cart only this much counts
)

// BestVouchers returns the vouchers that together save the most on a cart of this sum. It is the
// knapsack problem: best[n] is the most that can be saved when the cart has n steps.
func BestVouchers(vouchers []Voucher, sum Money) ([]Voucher, Money) {
	steps := int(min(sum, mostUsed) / step)
	best := make([]Money, steps+1)
	used := make([]uint64, steps+1) // a bit per voucher
	for i, voucher := range vouchers {
		needs := int(voucher.Needs / step)
		for n := steps; n >= needs; n-- {
			if saved := best[n-needs].Plus(voucher.Saves); saved > best[n] {
				best[n] = saved
				used[n] = used[n-needs] | 1<<i
			}
		}
	}
	return pick(vouchers, used[steps]), best[steps]
}

func pick(vouchers []Voucher, used uint64) []Voucher {
	var picked []Voucher
	for i, voucher := range vouchers {
		if used&(1<<i) != 0 {
			picked = append(picked, voucher)
		}
	}
	return picked
}

// SampleVouchers returns the vouchers of the demo, always the same ones.
func SampleVouchers() []Voucher {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	random := rand.New(rand.NewSource(3))
	vouchers := make([]Voucher, 0, len(letters))
	for _, letter := range letters {
		needs := Money(step * (10 + random.Intn(400)))
		saves := needs / 10 * Money(5+random.Intn(10)) / 10
		vouchers = append(vouchers, Voucher{"SAVE-" + string(letter), needs, saves})
	}
	return vouchers
}
