package axontest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// upper turns lines into upper case.
type upper struct {
	axon.Base
	Inbox  axon.Inbox[string]
	Outbox axon.Outbox[string]
	Empty  axon.Outbox[int] `axon:"optional"` // the number of each empty line
}

func (u *upper) Main(ctx context.Context) error {
	n := 0
	for s := range u.Inbox.All(ctx) {
		n++
		if s == "" {
			if err := u.Empty.Send(ctx, n); err != nil {
				return err
			}
		}
		if s == "panic" {
			panic("as told")
		}
		if err := u.Outbox.Send(ctx, strings.ToUpper(s)); err != nil {
			return err
		}
	}
	return nil
}

// clock is a source: it has no inbox.
type clock struct {
	axon.Base
	Every  time.Duration
	Outbox axon.Outbox[time.Time]
}

func (c *clock) Main(ctx context.Context) error {
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			if err := c.Outbox.Send(ctx, now); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// zip makes pairs; it reads from two inboxes in turn.
type zip struct {
	A      axon.Inbox[int] `axon:"size=2"`
	B      axon.Inbox[*string]
	Outbox axon.Outbox[string]
}

func (z *zip) Main(ctx context.Context) error {
	for a := range z.A.All(ctx) {
		b, err := z.B.Recv(ctx)
		if err != nil {
			return err
		}
		if err := z.Outbox.Send(ctx, strings.Repeat(*b, a)); err != nil {
			return err
		}
	}
	return nil
}

// everywhere runs a test inside a bubble and outside.
func everywhere(t *testing.T, f func(t *testing.T)) {
	t.Run("real time", f)
	t.Run("bubble", func(t *testing.T) { synctest.Test(t, f) })
}

func TestRun(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		u := &upper{}
		h := axontest.Run(t, u)
		axontest.Send(h, &u.Inbox, "a", "", "b")
		if got := axontest.Recv(h, &u.Outbox); got != "A" {
			t.Errorf("first message %q, want A", got)
		}
		h.Settle()
		if got := h.Info().Doing; got != "receiving inbox" {
			t.Errorf("the component is %q", got)
		}
		h.Finish()
		if got := axontest.Rest(h, &u.Outbox); !slices.Equal(got, []string{"", "B"}) {
			t.Errorf("rest %q", got)
		}
		if got := axontest.Rest(h, &u.Empty); !slices.Equal(got, []int{2}) {
			t.Errorf("empty lines %v", got)
		}
		if got := axontest.Recv(h, &u.Signal); got.Kind != axon.Finish || got.From != axontest.Unit {
			t.Errorf("signal %v", got)
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
		if err := axontest.Offer(h, &u.Inbox, "late"); !errors.Is(err, axon.ErrFinished) {
			t.Errorf("a message after the end: %v", err)
		}
	})
}

func TestHoldAndRelease(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		u := &upper{}
		h := axontest.Run(t, u, axontest.Hold(&u.Outbox))
		axontest.Send(h, &u.Inbox, "a", "b", "c", "d")
		h.Settle()
		if got := h.Info().Doing; got != "blocked sending outbox" {
			t.Errorf("the component is %q", got)
		}
		if got := u.Inbox.Len(); got != 2 {
			t.Errorf("%d messages wait, want 2", got)
		}
		if got := axontest.Recv(h, &u.Outbox); got != "A" {
			t.Errorf("got %q", got)
		}
		h.Settle()
		if got := u.Inbox.Len(); got != 1 {
			t.Errorf("%d messages wait after one was taken, want 1", got)
		}
		axontest.Release(h, &u.Outbox)
		h.Finish(&u.Inbox)
		if got := axontest.Rest(h, &u.Outbox); !slices.Equal(got, []string{"B", "C", "D"}) {
			t.Errorf("rest %q", got)
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestGone(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		u := &upper{}
		h := axontest.Run(t, u, axontest.Hold(&u.Outbox))
		axontest.Send(h, &u.Inbox, "a", "b", "c")
		h.Settle() // one is sent, one in hand, one waits
		axontest.Gone(h, &u.Outbox)
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
		if err := axontest.Offer(h, &u.Inbox, "d"); !errors.Is(err, axon.ErrGone) && !errors.Is(err, axon.ErrFinished) {
			t.Errorf("the next message: %v", err)
		}
		if h.Left() != 1 {
			t.Errorf("%d messages left, want 1", h.Left())
		}
	})
}

func TestShutdownAndSignal(t *testing.T) {
	why := errors.New("out of paper")
	for name, end := range map[string]func(h *axontest.Harness){
		"shutdown":        func(h *axontest.Harness) { h.Shutdown() },
		"shutdown signal": func(h *axontest.Harness) { h.Signal(axon.Signal{Kind: axon.Shutdown, Reason: why}) },
		"finish signal":   func(h *axontest.Harness) { h.Signal(axon.Signal{Kind: axon.Finish}) },
		"end of the test": nil,
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T) {
				u := &upper{}
				h := axontest.Run(t, u)
				axontest.Send(h, &u.Inbox, "a")
				axontest.Recv(h, &u.Outbox)
				if end == nil {
					return
				}
				end(h)
				if err := h.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestFault(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		u := &upper{}
		h := axontest.Run(t, u)
		axontest.Send(h, &u.Inbox, "a", "panic")
		var f *axon.Fault
		if err := h.Wait(); !errors.As(err, &f) || f.Panic != "as told" || f.Part != axontest.Unit {
			t.Errorf("got %v", err)
		}
	})
}

func TestPolicy(t *testing.T) {
	everywhere(t, func(t *testing.T) {
		u := &upper{}
		h := axontest.Run(t, u, axontest.WithPolicy(axon.Policy{Restarts: 2}))
		axontest.Send(h, &u.Inbox, "a", "panic", "b")
		h.Finish()
		if got := axontest.Rest(h, &u.Outbox); !slices.Equal(got, []string{"A", "B"}) {
			t.Errorf("got %q", got)
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
		if h.Restarts() != 1 {
			t.Errorf("%d restarts", h.Restarts())
		}
	})
}

func TestClockOfBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &clock{Every: time.Hour}
		h := axontest.Run(t, c)
		start := time.Now()
		for range 5 {
			axontest.Recv(h, &c.Outbox)
		}
		if d := time.Since(start); d != 5*time.Hour {
			t.Errorf("five ticks took %v", d)
		}
		if _, ok := axontest.Try(h, &c.Outbox); ok {
			t.Error("a tick before its time")
		}
	})
}

func TestUnlinkedAndLazy(t *testing.T) {
	u := &upper{}
	h := axontest.Run(t, u, axontest.Unlinked(&u.Empty), axontest.Lazy())
	if got := h.Info().State; got != "asleep" {
		t.Errorf("the component is %s", got)
	}
	axontest.Send(h, &u.Inbox, "")
	axontest.Recv(h, &u.Outbox)
	for _, b := range h.Info().Boxes {
		if b.Name == "empty" && b.Dropped != 1 {
			t.Errorf("%+v", b)
		}
	}
}

func TestPipelineAtItsEnds(t *testing.T) {
	g := axon.Pipeline(&upper{}, &upper{})
	h := axontest.Run(t, g)
	in, out := axon.InboxOf[string](g, "inbox"), axon.OutboxOf[string](g, "outbox")
	axontest.Send(h, in, "a")
	h.Finish()
	if got := axontest.Rest(h, out); !slices.Equal(got, []string{"A"}) {
		t.Errorf("got %q", got)
	}
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

func TestConform(t *testing.T) {
	word := "word"
	t.Run("pass-through", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &upper{} }, axontest.Feed("inbox", "a", "", "b"))
	})
	t.Run("zero values", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &upper{} })
	})
	t.Run("source", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &clock{Every: time.Second} })
	})
	t.Run("two inboxes", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &zip{} },
			axontest.Feed("a", 1, 2, 3),
			axontest.FeedFunc("b", func() []*string { return []*string{&word, &word} }))
	})
	t.Run("real time", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &upper{} }, axontest.RealTime())
	})
	t.Run("pipeline", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return axon.Pipeline(&upper{}, &upper{}) })
	})
}
