package axon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestA1_ZeroValueIsUsable holds that a component is a struct and its boxes are
// fields: named after them, typed, usable as they are.
func TestA1_ZeroValueIsUsable(t *testing.T) {
	var c counter
	var l list
	c.N = 3 // the fields are the options
	g := axon.Pipeline(&c, &l)
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := l.got(); !slices.Equal(got, upTo(3)) {
		t.Errorf("got %v", got)
	}
	var names []string
	for _, b := range g.Info().Parts[0].Boxes {
		names = append(names, fmt.Sprintf("%s %s in=%v", b.Name, b.Type, b.In))
	}
	want := []string{"control axon.Signal in=true", "signal axon.Signal in=false", "outbox int in=false"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
}

// TestA2_OneInboxPerOutbox holds that an outbox feeds one inbox, and an inbox may
// have many senders.
func TestA2_OneInboxPerOutbox(t *testing.T) {
	a, b, c, d := &counter{N: 50}, &counter{N: 50}, &list{}, &list{}
	g := &axon.Graph{Name: "g",
		Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}, {Name: "D", Component: d}},
		Links: axon.Links{axon.Link(&a.Outbox, &c.Inbox), axon.Link(&b.Outbox, &c.Inbox), axon.NoInput(&d.Inbox)},
	}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	const want = "axon: A.outbox is linked already, to C.inbox: an outbox feeds one inbox"
	for _, err := range []error{axon.Link(&a.Outbox, &d.Inbox).Make(), g.LinkByName("A.outbox", "D.inbox"), g.LinkByName("A.outbox", "C.inbox")} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.got(); len(got) != 100 {
		t.Errorf("%d messages, want 100", len(got))
	}
}

// TestA3_FullInboxBlocksItsSender holds that a reader that stalls stalls all
// before it: no more messages are under way than the boxes hold.
func TestA3_FullInboxBlocksItsSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, mid, stalled := &counter{}, &pass{}, &body{main: idle}
		mid.Inbox.Size, stalled.Inbox.Size = 3, 4
		g := axon.Pipeline(source, mid, stalled)
		start(t, g)
		settle(t, g, "COUNTER", "blocked sending outbox")
		settle(t, g, "PASS", "blocked sending outbox")
		flow := func() []axon.LinkInfo { // without the links from Signal to Control
			links := g.Info().Links
			return []axon.LinkInfo{links[1], links[3]}
		}
		links := flow()
		// 4 wait at the end, 1 is in the hand of PASS, 3 wait for it.
		if sent := links[0].Sent + links[1].Sent; sent != 8+4 {
			t.Errorf("%d and %d were sent", links[0].Sent, links[1].Sent)
		}
		if n := mid.Inbox.Len() + stalled.Inbox.Len(); n != 7 {
			t.Errorf("%d messages wait, want 7", n)
		}
		<-time.After(time.Hour)
		if again := flow(); again[0].Sent != links[0].Sent || again[0].Blocked < time.Hour {
			t.Errorf("an hour later: %+v", again)
		}
	})
}

// TestA4_FinishesAfterTheLastSender holds that an inbox finishes when all its
// senders have, and not before its last message is out.
func TestA4_FinishesAfterTheLastSender(t *testing.T) {
	for range 50 {
		const senders, n = 5, 200
		sink := &list{}
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "SINK", Component: sink}}}
		for i := range senders {
			c := &counter{N: n * (i + 1) / senders}
			g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprint("S", i), Component: c})
			g.Links = append(g.Links, axon.Link(&c.Outbox, &sink.Inbox))
		}
		sink.Inbox.Size = 1 + n%7
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := len(sink.got()), n*(1+2+3+4+5)/5; got != want {
			t.Fatalf("%d messages, want %d", got, want)
		}
	}
}

// TestA4_FinishedInbox holds what a receiver sees of a finish.
func TestA4_FinishedInbox(t *testing.T) {
	var errs []error
	sink := &body{main: func(ctx context.Context, b *body) error {
		for range b.Inbox.All(ctx) {
		}
		_, err := b.Inbox.Recv(ctx)
		_, ok, again := b.Inbox.TryRecv()
		errs = append(errs, err, again)
		if _, open := <-b.Inbox.C(); ok || open {
			errs = append(errs, errors.New("there is still something"))
		}
		return err // a normal end
	}}
	if err := axon.Pipeline(&counter{N: 2}, sink).Run(t.Context()); err != nil {
		t.Error(err)
	}
	for _, err := range errs {
		if !errors.Is(err, axon.ErrFinished) {
			t.Error(err)
		}
	}
}

// TestA5_EveryEndInEveryState is the table of how a part ends, by what it is
// doing and what happens.
func TestA5_EveryEndInEveryState(t *testing.T) {
	// What the part does, and how it sees its end.
	states := []struct {
		name, doing string
		main        func(ctx context.Context, b *body) error
		peer        func(ctx context.Context, b *body) error // at its outbox
		source      func(ctx context.Context, b *body) error // at its inbox
	}{
		{"idle", "", func(ctx context.Context, b *body) error {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(time.Minute):
			}
			_, err := b.Inbox.Recv(ctx)
			return err
		}, drain, idle},
		{"sending", "", func(ctx context.Context, b *body) error {
			for {
				<-time.After(time.Millisecond)
				if err := b.Outbox.Send(ctx, 1); err != nil {
					return err
				}
				if _, ok, err := b.Inbox.TryRecv(); err != nil || ok {
					return err
				}
			}
		}, drain, idle},
		{"receiving", "receiving inbox", func(ctx context.Context, b *body) error {
			_, err := b.Inbox.Recv(ctx)
			return err
		}, drain, idle},
		{"blocked", "blocked sending outbox", func(ctx context.Context, b *body) error {
			for {
				if err := b.Outbox.Send(ctx, 1); err != nil {
					return err
				}
				if _, ok, err := b.Inbox.TryRecv(); err != nil || ok {
					return err
				}
			}
		}, func(ctx context.Context, b *body) error {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Hour): // then it reads
			}
			return drain(ctx, b)
		}, idle},
	}
	why := errors.New("why")
	ends := []struct {
		name string
		end  func(r *axon.Running, source, peer context.CancelFunc)
		want map[string]error // by state: how the part sees its end
	}{
		{"finish", func(r *axon.Running, _, _ context.CancelFunc) { r.Finish() },
			map[string]error{"": axon.ErrFinished}},
		{"shutdown", func(r *axon.Running, _, _ context.CancelFunc) { r.Stop(why) },
			map[string]error{"": why}},
		{"sender gone", func(_ *axon.Running, source, _ context.CancelFunc) { source() },
			map[string]error{"": axon.ErrFinished}},
		{"receiver gone", func(r *axon.Running, _, peer context.CancelFunc) { peer() },
			map[string]error{"sending": axon.ErrGone, "blocked": axon.ErrGone}},
	}
	for _, s := range states {
		for _, e := range ends {
			bubble(t, s.name+"/"+e.name, func(t *testing.T) {
				var got error
				source, leave := leaver(s.source)
				peer, away := leaver(s.peer)
				part := &body{main: func(ctx context.Context, b *body) error { got = s.main(ctx, b); return got }}
				peer.Inbox.Size = 2
				g := &axon.Graph{Name: "g",
					Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "PART", Component: part}, {Name: "PEER", Component: peer}},
					Links: axon.Links{axon.Link(&source.Outbox, &part.Inbox), axon.Link(&part.Outbox, &peer.Inbox)},
				}
				var sys axon.System
				defer sys.Close()
				r, err := sys.Start(t.Context(), g)
				if err != nil {
					t.Fatal(err)
				}
				settle(t, g, "PART", s.doing)
				e.end(r, leave, away)
				synctest.Wait()
				want, known := e.want[s.name]
				if !known {
					want = e.want[""]
				}
				if want == nil { // it takes no notice, and still ends with the others
					want = axon.ErrFinished
				}
				r.Finish()
				<-r.Done()
				if !errors.Is(got, want) {
					t.Errorf("Main saw %v, want %v", got, want)
				}
			})
		}
	}
}

func drain(ctx context.Context, b *body) error {
	for range b.Inbox.All(ctx) {
	}
	return nil
}

// leaver is a body whose context can be ended by itself.
func leaver(main func(ctx context.Context, b *body) error) (*body, context.CancelFunc) {
	gone := make(chan struct{})
	return &body{main: func(ctx context.Context, b *body) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-gone:
				cancel()
			case <-ctx.Done():
			}
		}()
		_ = main(ctx, b)
		return nil
	}}, func() { close(gone) }
}

// TestA5_AfterTheEnd holds that nothing is sent by, or to, a part that has
// returned.
func TestA5_AfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		early := &body{main: func(context.Context, *body) error { return nil }}
		late := &body{main: idle}
		source := &body{main: idle}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "EARLY", Component: early}, {Name: "LATE", Component: late}},
			Links: axon.Links{axon.Link(&source.Outbox, &early.Inbox), axon.Link(&early.Outbox, &late.Inbox)}}
		start(t, g)
		synctest.Wait()
		if err := source.Outbox.Send(t.Context(), 1); !errors.Is(err, axon.ErrGone) {
			t.Errorf("to a part that has returned: %v", err)
		}
		if err := source.Outbox.TrySend(1); !errors.Is(err, axon.ErrGone) {
			t.Errorf("to a part that has returned, trying: %v", err)
		}
		if err := early.Outbox.Send(t.Context(), 1); !errors.Is(err, axon.ErrFinished) {
			t.Errorf("by a part that has returned: %v", err)
		}
		if err := axon.Move(&source.Outbox, &late.Inbox); !errors.Is(err, axon.ErrFinished) {
			t.Errorf("a link to an inbox that has finished: %v", err)
		}
		if err := axon.Move(&source.Outbox, &early.Inbox); !errors.Is(err, axon.ErrGone) {
			t.Errorf("a link to a part that has returned: %v", err)
		}
	})
}

// TestA5_Send holds what TrySend and a context of its own do.
func TestA5_Send(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, full := &body{main: idle}, &body{main: idle}
		full.Inbox.Size = 1
		start(t, axon.Pipeline(c, full))
		if err := c.Outbox.TrySend(1); err != nil {
			t.Error(err)
		}
		if err := c.Outbox.TrySend(2); !errors.Is(err, axon.ErrFull) {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Outbox.Send(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if n := full.Inbox.Len(); n != 1 {
			t.Errorf("%d messages wait", n)
		}
		if err := c.Other.Send(t.Context(), 1); err != nil || c.Other.Linked() || c.Other.Backlog() != 0 {
			t.Errorf("by an outbox that may stay unlinked: %v", err)
		}
	})
}

// strange has boxes that are declared badly.
type strange struct {
	Inbox axon.Inbox[int] `axon:"size=none"` // nothing
}

func (*strange) Main(context.Context) error { return nil }

type picky struct{ Low, High int }

func (p *picky) Validate() error {
	if p.Low > p.High {
		return errors.New("Low is above High")
	}
	return nil
}
func (*picky) Main(context.Context) error { return nil }

type notAPointer struct{}

func (notAPointer) Main(context.Context) error { return nil }

// TestA6_EveryMistakeAtOnce is the text of the errors.
func TestA6_EveryMistakeAtOnce(t *testing.T) {
	used := &counter{N: 1}
	if err := axon.Pipeline(used, &list{}).Build(); err != nil {
		t.Fatal(err)
	}
	a, b, u, stray := &pass{}, &pass{}, &upper{}, &list{}
	other := &pass{}
	inner := &nest{}
	ring := func(name string) (*pass, *pass, axon.Graph) {
		x, y := &pass{}, &pass{}
		return x, y, axon.Graph{Name: name, Parts: axon.Parts{{Name: "X", Component: x}, {Name: "Y", Component: y}},
			Links: axon.Links{axon.Link(&x.Outbox, &y.Inbox), axon.Link(&y.Outbox, &x.Inbox)}}
	}
	_, _, open := ring("ring")
	wide, _, sized := ring("ring with a buffer")
	wide.Inbox.Size = 5
	self := &pass{}
	twice := &list{}
	graphs := []*axon.Graph{
		{Name: "unlinked", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}},
			Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox)}},
		{Name: "parts", Parts: axon.Parts{
			{Name: "", Component: &picky{}}, {Name: "A.B", Component: &picky{}}, {Name: "TWICE", Component: &picky{}},
			{Name: "TWICE", Component: &picky{}}, {Name: "NIL"}, {Name: "STRANGE", Component: &strange{}},
			{Name: "VALUE", Component: notAPointer{}}, {Name: "PICKY", Component: &picky{Low: 1}},
			{Name: "USED", Component: used}, {Name: "ONE", Component: twice}, {Name: "TWO", Component: twice},
		}},
		{Name: "links", Parts: axon.Parts{{Name: "A", Component: other}, {Name: "U", Component: u}},
			Links: axon.Links{
				axon.Link(&other.Outbox, &stray.Inbox),
				axon.Link(axon.OutboxOf[int](other, "outbx"), &other.Inbox),
				axon.Link(axon.OutboxOf[int](other, "Outbox"), &other.Inbox),
				axon.Link(axon.OutboxOf[int](u, "outbox"), &other.Inbox),
				axon.Link(axon.OutboxOf[int](other, "inbox"), &other.Inbox),
				axon.Link[int](nil, &other.Inbox),
				axon.Link(&other.Outbox, &other.Inbox),
				axon.Link(&other.Outbox, &other.Inbox),
				axon.Discard(&other.Outbox),
				axon.NoInput(&other.Inbox),
				axon.Shared(&u.Inbox, stray),
			}},
		axon.Pipeline(&counter{}, &upper{}, &list{}),
		{Name: "nested", Parts: axon.Parts{{Name: "N", Component: inner}}},
		&open,
		{Name: "a ring of one", Parts: axon.Parts{{Name: "SELF", Component: self}}, Links: axon.Links{axon.Link(&self.Outbox, &self.Inbox)}},
		&sized,
	}
	var all strings.Builder
	for _, g := range graphs {
		err := g.Build()
		fmt.Fprintf(&all, "%v\n", err)
		var be *axon.BuildError
		if err != nil && (!errors.As(err, &be) || len(be.Mistakes) == 0 || be.Graph != g.Name) {
			t.Errorf("%T %v", err, err)
		}
	}
	golden(t, "mistakes.txt", all.String())
}

// nest is a graph that forgets to expose its boxes.
type nest struct {
	axon.Graph
	Inbox  axon.Inbox[int]  // leads nowhere
	Outbox axon.Outbox[int] // comes from nowhere
}

// TestA6_LinkByName is the text of the errors of links by name.
func TestA6_LinkByName(t *testing.T) {
	c, u, l := &counter{N: 2}, &upper{}, &list{}
	inner := axon.Pipeline(&upper{}, &upper{})
	g := &axon.Graph{Name: "g",
		Parts: axon.Parts{{Name: "C", Component: c}, {Name: "U", Component: u}, {Name: "L", Component: l}, {Name: "PIPE", Component: inner}},
		Links: axon.Links{axon.Link(&u.Outbox, axon.InboxOf[string](inner, "inbox")), axon.Discard(axon.OutboxOf[string](inner, "outbox")),
			axon.NoInput(&u.Inbox), axon.Link(&c.Outbox, &l.Inbox)},
	}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, l := range [][2]string{
		{"C.outbox", "U.inbox"}, {"X.outbox", "U.inbox"}, {"C.outbox", "u.inbox"}, {"C.outbox", "U.Inbox"}, {"C.outbox", "U.in"},
		{"C", "U.inbox"}, {"C.outbox", "C/X.inbox"}, {"C.outbox", "PIPE/UPPER2.inbox"}, {"C.inbox", "U.inbox"},
		{"U.inbox", "U.inbox"}, {"C.outbox", "U.outbox"}, {"U.outbox", "PIPE.inbox"}, {"U.outbox", "PIPE/X.inbox"},
	} {
		err := g.LinkByName(l[0], l[1])
		fmt.Fprintf(&all, "%s -> %s\n\t%v\n", l[0], l[1], err)
	}
	golden(t, "linkbyname.txt", all.String())
	if err := axon.Unlink(&c.Outbox); err != nil {
		t.Fatal(err)
	}
	if err := g.LinkByName("C.outbox", "L.inbox"); err != nil {
		t.Error(err)
	}
	if err := g.Run(t.Context()); err != nil || len(l.got()) != 2 {
		t.Errorf("%v, got %v", err, l.got())
	}
}

// TestA6_DropsAreCounted holds that what leaves by an outbox without a link is
// counted, if that outbox may be without.
func TestA6_DropsAreCounted(t *testing.T) {
	c := &counter{N: 7}
	o := &body{main: func(ctx context.Context, b *body) error { return b.Outbox.Send(ctx, 1) }}
	g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "C", Component: c}, {Name: "O", Component: o}},
		Links: axon.Links{axon.Discard(&c.Outbox)}}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	dropped := map[string]uint64{}
	for _, p := range g.Info().Parts {
		for _, b := range p.Boxes {
			if b.Dropped > 0 {
				dropped[p.Name+"."+b.Name] = b.Dropped
			}
		}
	}
	if diff := cmp.Diff(map[string]uint64{"C.outbox": 7, "O.outbox": 1}, dropped); diff != "" {
		t.Error(diff)
	}
}

// TestA9_CountersAndTap holds that links count what they carry and how long they
// were blocked, and can be listened to.
func TestA9_CountersAndTap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, l := &counter{N: 20}, &body{main: func(ctx context.Context, b *body) error {
			<-time.After(time.Minute)
			return drain(ctx, b)
		}}
		l.Inbox.Size = 4
		g := axon.Pipeline(c, l)
		var seen []int
		c.Outbox.Tap(func(v int) { seen = append(seen, v) })
		_, wait := start(t, g)
		synctest.Wait()
		want := axon.LinkInfo{From: "COUNTER.outbox", To: "BODY.inbox", Type: "int", Sent: 4, Depth: 4, Size: 4}
		if got := g.Info().Links[1]; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if err := wait(); err != nil {
			t.Error(err)
		}
		want.Sent, want.Depth, want.Blocked = 20, 0, time.Minute
		if got := g.Info().Links[1]; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if !slices.Equal(seen, upTo(20)) {
			t.Errorf("tapped %v", seen)
		}
		c.Outbox.Tap(nil)
	})
}

// pictured is a system at rest in which about everything can be seen.
func pictured(t *testing.T) (*axon.System, func()) {
	source, mid, stalled := &counter{}, &pass{}, &body{main: idle}
	mid.Inbox.Size, stalled.Inbox.Size = 2, 3
	inner := &axon.Graph{Name: "inner",
		Parts:  axon.Parts{{Name: "PASS", Component: mid, Policy: axon.Policy{Restarts: 1}}},
		Policy: axon.Policy{Then: axon.StopPart},
	}
	failed := false
	mid.f = func(v int) error {
		if v == 1 && !failed {
			failed = true
			return errFault
		}
		return nil
	}
	lazy := &list{}
	server := &body{main: func(ctx context.Context, _ *body) error {
		for range 2 {
			a, b := &body{main: idle}, &list{}
			conn := axon.Pipeline(a, b)
			conn.Name = "connection"
			if _, err := axon.Spawn(ctx, conn); err != nil {
				return err
			}
		}
		return idle(ctx, nil)
	}}
	g := &axon.Graph{Name: "outer",
		Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "NESTED", Component: inner}, {Name: "SINK", Component: stalled},
			{Name: "LAZY", Component: lazy, Lazy: true}, {Name: "SERVER", Component: server}},
		Links: axon.Links{axon.Link(&source.Outbox, &mid.Inbox), axon.Link(&mid.Outbox, &stalled.Inbox), axon.Link(&server.Outbox, &lazy.Inbox)},
	}
	var sys axon.System
	ctx, stop := context.WithCancel(t.Context())
	r, err := sys.Start(ctx, g)
	if err != nil {
		t.Fatal(err)
	}
	if err := axon.Register(&sys, "numbers", &mid.Inbox); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	<-time.After(time.Second)
	return &sys, func() { stop(); <-r.Done(); sys.Close() }
}

// TestA9_Pictures is a snapshot in text, DOT, Mermaid and JSON.
func TestA9_Pictures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, stop := pictured(t)
		defer stop()
		snap := sys.Snapshot()
		js, err := json.MarshalIndent(snap, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "snapshot.json", string(js)+"\n")
		for name, write := range map[string]func(*bytes.Buffer) error{
			"snapshot.txt": func(b *bytes.Buffer) error { return snap.WriteText(b) },
			"snapshot.dot": func(b *bytes.Buffer) error { return snap.WriteDOT(b) },
			"snapshot.mmd": func(b *bytes.Buffer) error { return snap.WriteMermaid(b) },
		} {
			var buf bytes.Buffer
			if err := write(&buf); err != nil {
				t.Fatal(err)
			}
			golden(t, name, buf.String())
		}
	})
}

// TestA9_SnapshotsUnderLoad takes them while messages flow, links move, graphs
// come and go and parts fail.
func TestA9_SnapshotsUnderLoad(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	a, b := &counter{N: 20_000}, &pass{f: failEach(500, true)}
	c, d := &list{}, &list{}
	spawner := &body{main: func(ctx context.Context, _ *body) error {
		for range 50 {
			if _, err := axon.Spawn(ctx, axon.Pipeline(&counter{N: 3}, &pass{}, &list{})); err != nil {
				return err
			}
		}
		return nil
	}}
	keeper := &body{main: idle}
	g := &axon.Graph{Name: "load", Policy: axon.Policy{Restarts: -1},
		Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "C", Component: c}, {Name: "D", Component: d},
			{Name: "SPAWNER", Component: spawner}, {Name: "KEEPER", Component: keeper}},
		Links: axon.Links{axon.Link(&a.Outbox, &b.Inbox), axon.Link(&b.Outbox, &c.Inbox),
			axon.Shared(&c.Inbox, keeper), axon.Shared(&d.Inbox, keeper)},
	}
	r, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	want := 20_000 - 20_000/500
	for i := 0; len(c.got())+len(d.got()) < want; i++ {
		var buf bytes.Buffer
		snap := sys.Snapshot()
		if err := errors.Join(snap.WriteText(&buf), snap.WriteDOT(&buf), snap.WriteMermaid(&buf)); err != nil {
			t.Fatal(err)
		}
		to := &c.Inbox
		if i%2 == 0 {
			to = &d.Inbox
		}
		if err := axon.Move(&b.Outbox, to); err != nil && !errors.Is(err, axon.ErrFinished) {
			t.Fatal(err)
		}
		b.Outbox.Tap(func(int) {})
		runtime.Gosched()
	}
	r.Finish()
	<-r.Done()
	if got := len(c.got()) + len(d.got()); got != want {
		t.Errorf("%d messages, want %d", got, want)
	}
}

// TestA10_LabelsAndLeaks holds that goroutines bear the names of their part, and
// are gone when Run returns.
func TestA10_LabelsAndLeaks(t *testing.T) {
	axontest.NoLeak(t)
	labels := func() string {
		var buf bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&buf, 1); err != nil {
			t.Error(err)
		}
		return buf.String()
	}
	var profile string
	inner := single(&body{main: func(ctx context.Context, b *body) error { profile = labels(); return nil }})
	inner.Name = "inner"
	g := &axon.Graph{Name: "outer", Parts: axon.Parts{{Name: "NESTED", Component: inner}}}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"graph":"outer", "part":"NESTED"`, `"graph":"inner", "part":"NESTED/PART"`} {
		if !strings.Contains(profile, want) {
			t.Errorf("no goroutine has the labels %s:\n%s", want, profile)
		}
	}
	for range 20 { // many graphs, some failing, and nothing stays
		g := axon.Pipeline(&counter{}, &pass{f: failEach(50, true)}, &list{})
		if err := g.Run(t.Context()); err == nil {
			t.Error("it should have failed")
		}
	}
}

// TestA10_NoLabelsOfTheDead holds that no goroutine bears the name of a part that
// has ended, though it may wait for another part to run.
func TestA10_NoLabelsOfTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := single(&body{main: func(ctx context.Context, _ *body) error {
			inner := single(&body{main: func(context.Context, *body) error { return nil }})
			inner.Name = "brief"
			if err := inner.Run(ctx); err != nil {
				return err
			}
			synctest.Wait()
			var buf bytes.Buffer
			if err := pprof.Lookup("goroutine").WriteTo(&buf, 1); err != nil {
				return err
			}
			if strings.Contains(buf.String(), `"graph":"brief"`) {
				t.Errorf("there is a goroutine of a part that has ended:\n%s", buf.String())
			}
			return nil
		}})
		must(t, g)
	})
}

// TestA11_WholeGraphInABubble holds that a graph of several parts, with services,
// spawned graphs, failures and time-outs of hours, runs on synctest's clock.
func TestA11_WholeGraphInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ticks := &body{main: func(ctx context.Context, b *body) error {
			tick := time.NewTicker(time.Hour)
			defer tick.Stop()
			for i := range 24 {
				<-tick.C
				if err := b.Outbox.Send(ctx, i); err != nil {
					return err
				}
			}
			return nil
		}}
		sink := &list{}
		spawned := 0
		server := &body{main: func(ctx context.Context, b *body) error {
			for v := range b.Inbox.All(ctx) {
				a := &counter{N: v + 1}
				l := &list{}
				if _, err := axon.Spawn(ctx, axon.Pipeline(a, l)); err != nil {
					return err
				}
				spawned++
				if err := b.Outbox.Send(ctx, v); err != nil {
					return err
				}
			}
			return nil
		}}
		crasher := &body{main: func(ctx context.Context, _ *body) error {
			<-time.After(5 * time.Hour)
			return errFault
		}}
		g := axon.Pipeline(ticks, server, sink)
		g.Parts = append(g.Parts, axon.Part{Name: "CRASHER", Component: crasher,
			Policy: axon.Policy{Restarts: 3, Window: 100 * time.Hour, Pause: time.Hour, Then: axon.StopPart}})
		began := time.Now()
		var sys axon.System
		defer sys.Close()
		if err := sys.Run(t.Context(), g); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d != 24*time.Hour {
			t.Errorf("a day took %v", d)
		}
		if spawned != 24 || !slices.Equal(sink.got(), upTo(24)) {
			t.Errorf("%d graphs, got %v", spawned, sink.got())
		}
	})
}

// TestA12_Conform runs the conformance suite on the components of these tests.
func TestA12_Conform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"counter": func() axon.Component { return &counter{} },
		"pass":    func() axon.Component { return &pass{} },
		"list":    func() axon.Component { return &list{} },
		"upper":   func() axon.Component { return &upper{} },
		"graph":   func() axon.Component { return axon.Pipeline(&pass{}, &pass{}, &pass{}) },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

// TestServices holds how inboxes are found by name.
func TestServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &body{main: drain}
		client := &body{main: func(ctx context.Context, b *body) error {
			in, err := axon.Service[int](axon.SystemOf(ctx), "numbers")
			if err != nil {
				return err
			}
			if err := axon.Move(&b.Outbox, in); err != nil {
				return err
			}
			return b.Outbox.Send(ctx, 1)
		}}
		g := single(service)
		var sys axon.System
		defer sys.Close()
		var ev events
		defer sys.Watch(ev.add)()
		if err := axon.Register(&sys, "numbers", &service.Inbox); err == nil {
			t.Error("registered before its graph was built")
		}
		r, err := sys.Start(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"numbers", "again"} {
			if err := axon.Register(&sys, name, &service.Inbox); err != nil {
				t.Error(err)
			}
		}
		if err := axon.Register(&sys, "numbers", &service.Inbox); !errors.Is(err, axon.ErrServiceExists) {
			t.Error(err)
		}
		if got := sys.Services(); !slices.Equal(got, []string{"again", "numbers"}) {
			t.Errorf("services %v", got)
		}
		if _, err := axon.Service[int](&sys, "letters"); !errors.Is(err, axon.ErrNoService) {
			t.Error(err)
		}
		if _, err := axon.Service[string](&sys, "numbers"); err == nil || err.Error() != `axon: service "numbers" takes int, not string` {
			t.Error(err)
		}
		for range 3 {
			if err := sys.Run(t.Context(), single(client)); err != nil {
				t.Error(err)
			}
			client = &body{main: client.main}
		}
		if moved := ev.of(axon.LinkMoved); len(moved) != 3 || moved[0].From != "PART.outbox" || moved[0].To != "PART.inbox" {
			t.Errorf("%v", moved)
		}
		synctest.Wait()
		select {
		case <-r.Done():
			t.Error("the service has ended though it is registered")
		default:
		}
		for _, name := range []string{"numbers", "again"} {
			if err := sys.Deregister(name); err != nil {
				t.Error(err)
			}
		}
		if err := sys.Deregister("numbers"); !errors.Is(err, axon.ErrNoService) {
			t.Error(err)
		}
		<-r.Done() // it has finished: no sender, no name
	})
}

// TestEvents holds that everything that happens to graphs, parts and links is
// told, in an order that makes sense.
func TestEvents(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	var ev, some events
	stop := sys.Watch(ev.add)
	defer sys.Watch(some.add, axon.PartFailed, axon.PartRestarted)()
	p := &pass{f: failEach(3, false)}
	l := &list{}
	g := axon.Pipeline(&counter{N: 5}, p, l)
	g.Name = "g"
	g.Policy = axon.Policy{Restarts: 1}
	if err := sys.Run(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	stop()
	stop()
	if err := sys.Run(t.Context(), single(&body{main: func(context.Context, *body) error { return nil }})); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range ev.all {
		if e.Time.IsZero() {
			t.Errorf("%v has no time", e)
		}
		if e.Part == "" || e.Part == "PASS" {
			lines = append(lines, e.String())
		}
	}
	want := []string{
		"g: graph started", "g: part started PASS",
		`g: part failed PASS: axon: graph "g": PASS: as told (restart)`,
		"g: part restarted PASS", "g: part ended PASS", "g: graph ended",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("events (-want +got):\n%s\n%v", diff, ev.all)
	}
	if some := some.all; len(some) != 2 || some[0].Kind != axon.PartFailed || some[1].Kind != axon.PartRestarted {
		t.Errorf("failures and restarts: %v", some)
	}
	if s := fmt.Sprint(axon.EventKind(99), axon.Verdict(9), axon.SignalKind(9), axon.Restart, axon.StopPart, axon.Finish, axon.Shutdown); s !=
		"EventKind(99) Verdict(9) SignalKind(9) restart stop finish shutdown" {
		t.Error(s)
	}
}

// A watcher that panics harms nobody.
func TestEventWatcherPanics(t *testing.T) {
	var sys axon.System
	defer sys.Close()
	defer sys.Watch(func(axon.Event) { panic("no") })()
	if err := sys.Run(t.Context(), single(&body{main: func(context.Context, *body) error { return nil }})); err != nil {
		t.Error(err)
	}
}

// A system can be used from many goroutines.
func TestSystemAtOnce(t *testing.T) {
	var sys axon.System
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			l := &list{}
			g := axon.Pipeline(&counter{N: 50}, l)
			if err := sys.Run(t.Context(), g); err != nil {
				t.Error(err)
			}
			if len(l.got()) != 50 {
				t.Errorf("graph %d: %d messages", i, len(l.got()))
			}
			_ = sys.Snapshot()
		})
	}
	wg.Wait()
	sys.Close()
}
