// SPDX-License-Identifier: Apache-2.0

// Command shop answers carts with quotes: what every line costs, which vouchers to use, as JSON.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"sync"
	"time"

	"flameline.example/demo/go/cache"
	"flameline.example/demo/go/catalog"
	"flameline.example/demo/go/pricing"
)

const workers = 2

// Quote is the answer for one cart.
type Quote struct {
	Lines    []QuoteLine       `json:"lines"`
	Sum      pricing.Money     `json:"sum"`
	Vouchers []pricing.Voucher `json:"vouchers,omitempty"`
	Total    pricing.Money     `json:"total"`
}

// QuoteLine is one line of a cart with its price.
type QuoteLine struct {
	Name     string        `json:"name"`
	Quantity int           `json:"quantity"`
	Price    pricing.Money `json:"price"`
}

type shop struct {
	catalog  *catalog.Catalog
	pricer   *pricing.Pricer
	vouchers []pricing.Voucher
	quotes   *cache.LRU
}

func (s *shop) quote(cart catalog.Cart) ([]byte, error) {
	key := cart.Key()
	if answer, ok := s.quotes.Get(key); ok {
		return answer, nil
	}
	quote := Quote{Lines: make([]QuoteLine, 0, len(cart))}
	for _, line := range cart {
		price := s.pricer.Price(line.Item, line.Quantity)
		quote.Sum += price
		quote.Lines = append(quote.Lines, QuoteLine{s.catalog.Item(line.Item).Name, line.Quantity, price})
	}
	var saved pricing.Money
	quote.Vouchers, saved = pricing.BestVouchers(s.vouchers, quote.Sum)
	quote.Total = quote.Sum.Minus(saved)
	answer, err := json.Marshal(quote)
	if err != nil {
		return nil, fmt.Errorf("quote: %w", err)
	}
	s.quotes.Put(key, answer)
	return answer, nil
}

func (s *shop) work(carts <-chan catalog.Cart, done *sync.WaitGroup) {
	defer done.Done()
	for cart := range carts {
		if _, err := s.quote(cart); err != nil {
			log.Print(err)
		}
	}
}

func main() {
	duration := flag.Duration("for", 10*time.Second, "how long to work")
	lines := flag.Int("lines", 6, "lines of a cart, at most")
	profiles := flag.String("profiles", "", "directory for the profiles of this run")
	flag.Parse()

	goods := catalog.Sample()
	s := &shop{goods, pricing.NewPricer(goods), pricing.SampleVouchers(), cache.New(20000)}
	stop, err := record(*profiles)
	if err != nil {
		log.Fatal(err)
	}
	carts := make(chan catalog.Cart, 64)
	var done sync.WaitGroup
	for range workers {
		done.Add(1)
		go s.work(carts, &done)
	}
	random := rand.New(rand.NewSource(1))
	for end := time.Now().Add(*duration); time.Now().Before(end); {
		carts <- goods.RandomCart(random, *lines)
	}
	close(carts)
	done.Wait()
	if err := stop(); err != nil {
		log.Fatal(err)
	}
	log.Printf("%d quotes in the cache", s.quotes.Len())
}
