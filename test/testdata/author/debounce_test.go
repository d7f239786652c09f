package author_test

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

	"example.com/author"
)

// TestMain fails if a goroutine is left behind.
func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &author.Debounce[int]{} }, axontest.Feed("inbox", 1, 2, 3))
}

func TestDebounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &author.Debounce[int]{Quiet: time.Minute}
		h := axontest.Run(t, d)
		axontest.Send(h, &d.Inbox, 1, 2, 3)
		if got := axontest.Recv(h, &d.Outbox); got != 3 {
			t.Errorf("got %d, want the last of the burst", got)
		}
		axontest.Send(h, &d.Inbox, 4)
		h.Finish()
		if got := axontest.Rest(h, &d.Outbox); len(got) != 1 || got[0] != 4 {
			t.Errorf("at the end: %v", got)
		}
	})
}

func ExampleDebounce() {
	g := axon.Pipeline(ends.Data("h", "he", "hel"), &author.Debounce[string]{}, &console.Echoer[string]{})
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: hel
}
