package broken_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/broken"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component {
		return &broken.Network[int]{Lose: .1, Double: .1, Reorder: .3, Delay: time.Millisecond}
	})
}

// sent sends the numbers up to n over a network.
func sent(t *testing.T, n int, net *broken.Network[int]) []int {
	t.Helper()
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	sink := &ends.DataSink[int]{}
	if err := axon.Pipeline(ends.Data(all...), net, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return sink.Items()
}

func TestNetwork(t *testing.T) {
	const n = 10_000
	if got := sent(t, n, &broken.Network[int]{}); len(got) != n || !slices.IsSorted(got) {
		t.Error("a network without chances changes something")
	}
	if got := sent(t, n, &broken.Network[int]{Lose: .2}); len(got) < n*7/10 || len(got) > n*9/10 || !slices.IsSorted(got) {
		t.Errorf("%d of %d came", len(got), n)
	}
	if got := sent(t, n, &broken.Network[int]{Double: .2}); len(got) < n*11/10 || len(got) > n*13/10 || len(slices.Compact(got)) != n {
		t.Errorf("%d of %d came", len(got), n)
	}
	got := sent(t, n, &broken.Network[int]{Reorder: .2, Depth: 3})
	if len(got) != n || slices.IsSorted(got) {
		t.Errorf("%d of %d came, in order: %v", len(got), n, slices.IsSorted(got))
	}
	for i, v := range got {
		if v-i > 3 || i-v > 6 {
			t.Fatalf("%d came at place %d", v, i)
		}
	}
	if slices.Sort(got); got[0] != 0 || got[n-1] != n-1 || len(slices.Compact(got)) != n {
		t.Error("something was lost or doubled")
	}
	if a, b := sent(t, n, &broken.Network[int]{Lose: .1, Reorder: .1, Seed: 7}), sent(t, n, &broken.Network[int]{Lose: .1, Reorder: .1, Seed: 7}); !slices.Equal(a, b) {
		t.Error("the same seed, and something else happens")
	}
	if got := sent(t, 10, &broken.Network[int]{Lose: 1}); len(got) != 0 {
		t.Error(got)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		sent(t, 5, &broken.Network[int]{Delay: time.Minute})
		if took := time.Since(began); took != 5*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
	if (&broken.Network[int]{Lose: 2}).Validate() == nil {
		t.Error("a chance of 2")
	}
}

func Example() {
	bad := &broken.Network[int]{Lose: .3, Reorder: .3, Seed: 1}
	if err := axon.Pipeline(ends.Data(1, 2, 3, 4, 5, 6), bad, &console.Echoer[int]{Format: "%d "}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: 4 2 3 5
}
