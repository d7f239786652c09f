package axon_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/axon"
)

// stamped is a message that knows its sender.
type stamped struct{ sender, n int }

// stamper sends n messages.
type stamper struct {
	axon.Base
	Outbox axon.Outbox[stamped] // the messages
	id, n  int
	tries  bool // by TrySend, as far as that goes
}

func (s *stamper) Main(ctx context.Context) error {
	for i := range s.n {
		v := stamped{s.id, i}
		if s.tries && s.Outbox.TrySend(v) == nil {
			continue
		}
		if err := s.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// stampList keeps what it gets, in order, with pauses.
type stampList struct {
	axon.Base
	Inbox axon.Inbox[stamped] // the messages
	pause int                 // after each so many
	mu    sync.Mutex
	got   []stamped
}

func (s *stampList) Main(ctx context.Context) error {
	for v := range s.Inbox.All(ctx) {
		s.mu.Lock()
		s.got = append(s.got, v)
		n := len(s.got)
		s.mu.Unlock()
		if s.pause > 0 && n%s.pause == 0 {
			select {
			case <-time.After(20 * time.Microsecond):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// TestA7_MoveLosesNothing moves, unlinks and links again the outboxes of several
// senders between several receivers, while the senders work and block.
func TestA7_MoveLosesNothing(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	rapid.Check(t, func(t *rapid.T) {
		senders := make([]*stamper, rapid.IntRange(1, 4).Draw(t, "senders"))
		receivers := make([]*stampList, rapid.IntRange(1, 4).Draw(t, "receivers"))
		g := &axon.Graph{Name: "moves"}
		for i := range receivers {
			r := &stampList{pause: rapid.IntRange(0, 7).Draw(t, "pause")}
			r.Inbox.Size = rapid.IntRange(1, 5).Draw(t, "size")
			receivers[i] = r
			g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("R", i), Component: r})
		}
		at := make([]int, len(senders)) // where each sender's link leads, -1 for nowhere
		for i := range senders {
			s := &stamper{id: i, n: rapid.IntRange(0, 300).Draw(t, "messages"), tries: rapid.Bool().Draw(t, "tries")}
			senders[i] = s
			at[i] = rapid.IntRange(0, len(receivers)-1).Draw(t, "first receiver")
			g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("S", i), Component: s})
			g.Links = append(g.Links, axon.Link(&s.Outbox, &receivers[at[i]].Inbox))
		}
		keeper := &body{main: idle} // keeps all inboxes open: anything may be moved to them
		g.Parts = append(g.Parts, axon.Part{Name: "KEEPER", Component: keeper})
		for _, r := range receivers {
			g.Links = append(g.Links, axon.Shared(&r.Inbox, keeper))
		}
		run, err := sys.Start(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 60).Draw(t, "moves") {
			i := rapid.IntRange(0, len(senders)-1).Draw(t, "sender")
			to := rapid.IntRange(-1, len(receivers)-1).Draw(t, "to")
			change(senders[i], receivers, &at[i], to)
		}
		for i := range senders { // none stays without a receiver
			if at[i] < 0 {
				change(senders[i], receivers, &at[i], 0)
			}
		}
		sent := 0
		for _, s := range senders {
			sent += s.n
		}
		waitForAll(t, receivers, sent)
		run.Finish() // for the keeper
		<-run.Done()
		check(t, senders, receivers)
	})
}

// change lets a sender's link lead elsewhere. It may come too late, when the
// sender has returned.
func change(s *stamper, receivers []*stampList, at *int, to int) {
	var err error
	switch {
	case to < 0 && *at < 0:
		return
	case to < 0:
		err = axon.Unlink(&s.Outbox)
	default:
		err = axon.Move(&s.Outbox, &receivers[to].Inbox)
	}
	if err == nil {
		*at = to
	}
}

// waitForAll waits until the receivers together have so many messages.
func waitForAll(t *rapid.T, receivers []*stampList, want int) {
	deadline := time.Now().Add(5 * time.Second)
	for have := -1; have < want; {
		have = 0
		for _, r := range receivers {
			r.mu.Lock()
			have += len(r.got)
			r.mu.Unlock()
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d messages came", have, want)
		}
		<-time.After(50 * time.Microsecond)
	}
}

// check holds that each message came once, and those by the same link in order.
func check(t *rapid.T, senders []*stamper, receivers []*stampList) {
	count := map[stamped]int{}
	for i, r := range receivers {
		last := map[int]int{}
		for _, m := range r.got {
			count[m]++
			if before, ok := last[m.sender]; ok && m.n <= before {
				t.Errorf("receiver %d: message %d of sender %d comes behind %d", i, m.n, m.sender, before)
			}
			last[m.sender] = m.n
		}
	}
	for _, s := range senders {
		for n := range s.n {
			if c := count[stamped{s.id, n}]; c != 1 {
				t.Errorf("message %d of sender %d came %d times", n, s.id, c)
			}
		}
	}
}

// A sender that is blocked on a full inbox follows its link at once; what was
// sent before stays where it is.
func TestA7_BlockedSenderFollowsItsLink(t *testing.T) {
	bubble(t, "move", func(t *testing.T) {
		c, full, free := &counter{N: 5}, &body{main: idle}, &list{}
		full.Inbox.Size = 2
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "C", Component: c}, {Name: "FULL", Component: full}, {Name: "FREE", Component: free}},
			Links: axon.Links{axon.Link(&c.Outbox, &full.Inbox), axon.Shared(&free.Inbox, c)},
		}
		stop, wait := start(t, g)
		settle(t, g, "C", "blocked sending outbox")
		if n := c.Outbox.Backlog(); n != 2 {
			t.Errorf("the backlog is %d", n)
		}
		if err := axon.Move(&c.Outbox, &free.Inbox); err != nil {
			t.Fatal(err)
		}
		settle(t, g, "FREE", "")
		if got := free.got(); !slices.Equal(got, []int{2, 3, 4}) || full.Inbox.Len() != 2 {
			t.Errorf("after the move %v, and %d stay", got, full.Inbox.Len())
		}
		stop(nil)
		_ = wait()
	})
}
