package timer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/timer"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &timer.PeriodicTick{Every: time.Minute, First: true} })
	t.Run("SingleTick", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &timer.SingleTick[int]{After: time.Minute} })
	})
}

func TestPeriodicTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, sink := time.Now(), &ends.DataSink[time.Time]{}
		if err := axon.Pipeline(&timer.PeriodicTick{Every: time.Hour, First: true, Most: 3}, sink).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, at := range sink.Items() {
			if got := at.Sub(began); got != time.Duration(i)*time.Hour {
				t.Errorf("tick %d after %v", i, got)
			}
		}
		if len(sink.Items()) != 3 {
			t.Errorf("%d ticks", len(sink.Items()))
		}
	})
	if (&timer.PeriodicTick{}).Validate() == nil {
		t.Error("no time between two ticks")
	}
}

func TestSingleTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, sink := time.Now(), &ends.DataSink[string]{}
		err := axon.Pipeline(&timer.SingleTick[string]{After: time.Hour, Message: "wake up"}, sink).Run(t.Context())
		if err != nil || time.Since(began) != time.Hour || len(sink.Items()) != 1 {
			t.Error(err, time.Since(began), sink.Items())
		}
	})
}

func ExamplePeriodicTick() {
	n := 0
	count := axon.Consume(func(ctx context.Context, in *axon.Inbox[time.Time]) error {
		for range in.All(ctx) {
			n++
		}
		return nil
	})
	if err := axon.Pipeline(&timer.PeriodicTick{Every: time.Millisecond, Most: 3}, count).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(n, "ticks")
	// Output: 3 ticks
}

func ExampleSingleTick() {
	egg := &timer.SingleTick[string]{After: time.Millisecond, Message: "the egg is ready"}
	if err := axon.Pipeline(egg, &console.Echoer[string]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: the egg is ready
}
