package rate_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/rate"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return rate.Messages[int](100) }, axontest.Feed("rate", 50.0, 100.0))
}

// passes tells after how many seconds each message has passed.
func passes[T any](t *testing.T, l *rate.Limit[T], in ...T) (at []float64) {
	t.Helper()
	began := time.Now()
	note := axon.Consume(func(ctx context.Context, in *axon.Inbox[T]) error {
		for range in.All(ctx) {
			at = append(at, time.Since(began).Round(time.Millisecond).Seconds())
		}
		return nil
	})
	if err := axon.Pipeline(ends.Data(in...), l, note).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestLimit(t *testing.T) {
	ten := func(n int) []byte { return make([]byte, n) }
	for name, c := range map[string]struct {
		pass func(t *testing.T) []float64
		want []float64
	}{
		"messages": {func(t *testing.T) []float64 { return passes(t, rate.Messages[int](2), 1, 2, 3, 4) }, []float64{0, .5, 1, 1.5}},
		"a burst": {func(t *testing.T) []float64 {
			return passes(t, &rate.Limit[int]{PerSecond: 2, Burst: 3}, 1, 2, 3, 4, 5)
		}, []float64{0, 0, 0, .5, 1}},
		"no whole number": {func(t *testing.T) []float64 { return passes(t, rate.Messages[int](.4), 1, 2, 3) }, []float64{0, 2.5, 5}},
		"bytes": {func(t *testing.T) []float64 {
			return passes(t, rate.Bytes(100), ten(10), ten(10), ten(20), ten(0), ten(50), ten(1))
		},
			[]float64{0, .1, .2, .3, .4, .81}}, // one that is larger than the burst passes, and is paid for after
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := c.pass(t); !slices.Equal(got, c.want) {
					t.Errorf("passed after %v, want %v", got, c.want)
				}
			})
		})
	}
}

// Another rate counts from the moment when it comes.
func TestRateChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := rate.Messages[int](1)
		h := axontest.Run(t, l)
		began := time.Now()
		after := func() float64 { return time.Since(began).Round(time.Millisecond).Seconds() }
		axontest.Send(h, &l.Inbox, 1, 2, 3, 4)
		axontest.Recv(h, &l.Outbox)
		time.Sleep(500 * time.Millisecond)
		axontest.Send(h, &l.Rate, 0.1) // half of a message is missing: 5 seconds
		axontest.Recv(h, &l.Outbox)
		if got := after(); got != 5.5 {
			t.Errorf("after %v, want 5.5", got)
		}
		axontest.Send(h, &l.Rate, 0)
		time.Sleep(time.Hour)
		axontest.Send(h, &l.Rate, 2)
		axontest.Recv(h, &l.Outbox)
		axontest.Recv(h, &l.Outbox)
		if got := after(); got != 3606.5 {
			t.Errorf("after %v, want 3606.5", got)
		}
	})
	if rate.Messages[int](0).Validate() == nil {
		t.Error("a rate of 0")
	}
}

func Example() {
	slow := rate.Messages[string](1000)
	if err := axon.Pipeline(ends.Data("one", "at", "a", "time"), slow, &console.Echoer[string]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// one
	// at
	// a
	// time
}
