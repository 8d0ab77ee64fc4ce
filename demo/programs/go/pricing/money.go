// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"encoding/json"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Money is an amount in cents.
type Money int64

// Plus returns the sum of two amounts.
func (m Money) Plus(other Money) Money { return m + other }

// Minus returns the difference, but never less than nothing.
func (m Money) Minus(other Money) Money { return max(m-other, 0) }

// Off returns the amount less a number of per mille, rounded down.
func (m Money) Off(perMille Money) Money { return m - m*perMille/1000 }

// MarshalJSON writes the amount as customers read it: "1.234,50 €".
func (m Money) MarshalJSON() ([]byte, error) {
	printer := message.NewPrinter(language.German)
	return json.Marshal(printer.Sprintf("%.2f €", float64(m)/100))
}
