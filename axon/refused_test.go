package axon_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Move or a Link by an outbox that has finished is refused, and does not end
// the inbox that it was to lead to.
func TestA7_RefusedMoveLeavesTheInboxOpen(t *testing.T) {
	for name, change := range map[string]func(a, x *body) error{
		"Move": func(a, x *body) error { return axon.Move(&a.Outbox, &x.Inbox) },
		"Link": func(a, x *body) error { return axon.Link(&a.Outbox, &x.Inbox).Make() },
	} {
		bubble(t, name, func(t *testing.T) {
			a := &body{main: func(context.Context, *body) error { return nil }}
			var got error
			x := &body{main: func(ctx context.Context, b *body) error { _, got = b.Inbox.Recv(ctx); return nil }}
			g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "X", Component: x}},
				Links: axon.Links{axon.Discard(&a.Outbox)}}
			stop, wait := start(t, g)
			synctest.Wait()
			if err := change(a, x); !errors.Is(err, axon.ErrFinished) {
				t.Errorf("refused with %v", err)
			}
			settle(t, g, "X", "receiving inbox")
			stop(nil)
			_ = wait()
			if errors.Is(got, axon.ErrFinished) {
				t.Error("the inbox has finished")
			}
		})
	}
}

// A sender that was moved away may come back, though another one of that inbox
// has finished meanwhile.
func TestA7_MoveBackAfterAnotherSenderHasFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		feed, other := make(chan int), make(chan int)
		a, b, x, y := source(feed), source(other), &list{}, &list{}
		g := &axon.Graph{Name: "g",
			Parts: axon.Parts{{Name: "A", Component: a}, {Name: "B", Component: b}, {Name: "X", Component: x}, {Name: "Y", Component: y}},
			Links: axon.Links{axon.Link(&a.Outbox, &x.Inbox), axon.Link(&b.Outbox, &x.Inbox), axon.Shared(&y.Inbox, a)}}
		_, wait := start(t, g)
		if err := axon.Move(&a.Outbox, &y.Inbox); err != nil {
			t.Fatal(err)
		}
		close(other)
		synctest.Wait()
		if err := axon.Move(&a.Outbox, &x.Inbox); err != nil {
			t.Errorf("back: %v", err)
		}
		feed <- 1
		close(feed)
		if err := wait(); err != nil {
			t.Error(err)
		}
		if len(x.got()) != 1 || len(y.got()) != 0 {
			t.Errorf("X got %v, Y %v", x.got(), y.got())
		}
	})
}

// An inbox can be shared while the graph runs, beside whatever else happens: each
// hold is given back when the part has ended, and one that has gets none.
func TestSharedWhileRunning(t *testing.T) {
	a, k := &body{main: idle}, &body{main: drain}
	g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: a}, {Name: "K", Component: k}}, Links: axon.Links{axon.Shared(&k.Inbox, a)}}
	var sys axon.System
	defer sys.Close()
	r, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for range 100 {
				if err := axon.Shared(&k.Inbox, a).Make(); err != nil && !errors.Is(err, axon.ErrGone) {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for range 10 {
			r.Finish() // it looks who holds what
		}
	})
	all.Wait()
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := axon.Shared(&k.Inbox, a).Make(); !errors.Is(err, axon.ErrGone) {
		t.Errorf("a part that has ended shares an inbox: %v", err)
	}
}

// Links of a nested graph's parts can be moved while the graph restarts.
func TestA7_MoveBesideARestart(t *testing.T) {
	runs, x, y := 0, &body{main: idle}, &body{main: idle}
	f := &body{main: func(context.Context, *body) error {
		if runs++; runs < 50 {
			return errFault
		}
		return nil
	}}
	inner := &axon.Graph{Name: "inner", Parts: axon.Parts{{Name: "F", Component: f}, {Name: "X", Component: x}}}
	g := &axon.Graph{Name: "outer", Parts: axon.Parts{{Name: "N", Component: inner, Policy: axon.Policy{Restarts: -1}}, {Name: "Y", Component: y}}}
	var sys axon.System
	defer sys.Close()
	r, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if err := axon.Move(&x.Outbox, &y.Inbox); err != nil {
			t.Fatal(err)
		}
	}
	r.Stop(nil)
	<-r.Done()
}

// A system that is closed refuses a graph; another one may run it.
func TestGraphThatAClosedSystemRefusedRuns(t *testing.T) {
	var closed, sys axon.System
	closed.Close()
	defer sys.Close()
	g := axon.Pipeline(&counter{N: 1}, &list{})
	if err := closed.Run(t.Context(), g); err == nil {
		t.Error("a closed system ran a graph")
	}
	if err := sys.Run(t.Context(), g); err != nil {
		t.Error(err)
	}
}

// Build refuses what can not be meant.
func TestA6_MistakesOfPolicyAndNesting(t *testing.T) {
	done := func(context.Context, *body) error { return nil }
	part, graph, self := single(&body{main: done}), single(&body{main: done}), single(&body{main: done})
	part.Parts[0].Policy = axon.Policy{Then: axon.Restart}
	graph.Policy = axon.Policy{Then: axon.Restart}
	self.Parts = append(self.Parts, axon.Part{Name: "ME", Component: self})
	deep := single(&body{main: done})
	deep.Parts = append(deep.Parts, axon.Part{Name: "N", Component: &axon.Graph{Name: "n", Parts: axon.Parts{{Name: "ME", Component: deep}}}})
	sourceThatRests := single(&counter{N: 1})
	sourceThatRests.Parts[0].Rest = true
	for _, tc := range []struct {
		g    *axon.Graph
		want string
	}{
		{part, `part "PART": its Policy has Then: restart`},
		{graph, `graph "single": its Policy has Then: restart`},
		{self, "part ME: it is the graph that it is in"},
		{deep, "part N/ME: it is the graph that it is in"},
		{sourceThatRests, `part "PART" may rest and has no inbox`},
	} {
		if err := tc.g.Build(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}

// An error names the package once, and each part once.
func TestErrorsOfNestedFailuresReadWell(t *testing.T) {
	fails := func() *axon.Graph {
		g := single(&body{main: func(context.Context, *body) error { return errFault }})
		g.Name = "inner"
		return g
	}
	nest := func(c axon.Component) *axon.Graph {
		return &axon.Graph{Name: "outer", Parts: axon.Parts{{Name: "N", Component: c}}}
	}
	panics := single(&body{main: func(context.Context, *body) error { panic("no") }})
	for _, tc := range []struct {
		g    *axon.Graph
		want string
	}{
		{fails(), `axon: graph "inner": PART: as told`},
		{nest(fails()), `axon: graph "outer": N/PART: as told`},
		{nest(nest(fails())), `axon: graph "outer": N/N/PART: as told`},
		{nest(panics), `axon: graph "outer": N/PART: panic: no`},
		{nest(&body{main: func(ctx context.Context, _ *body) error { return fails().Run(ctx) }}), `axon: graph "outer": N: graph "inner": PART: as told`},
	} {
		if err := tc.g.Run(t.Context()); err == nil || err.Error() != tc.want {
			t.Errorf("got  %v\nwant %s", err, tc.want)
		}
	}
	var sys axon.System
	if err := axon.Register(&sys, "", &(&list{}).Inbox); err == nil || err.Error() != "axon: a service needs a name" {
		t.Error(err)
	}
	if err := axon.Register(&sys, "s", &(&list{}).Inbox); err == nil || !strings.Contains(err.Error(), "not in the graph") {
		t.Error(err)
	}
}

// switchboard has as many outboxes as its graph asks for.
type switchboard struct {
	Outs axon.Outboxes[int] // by name
}

func (*switchboard) Main(context.Context) error { return nil }

// A box that was named with dots or slashes is found by its address, and drawn;
// parts whose names differ in a sign are two in a picture.
func TestNamesWithDotsAndSigns(t *testing.T) {
	h, k1, k2 := &switchboard{}, &list{}, &list{}
	g := &axon.Graph{Name: "g",
		Parts: axon.Parts{{Name: "H", Component: h}, {Name: "K-1", Component: k1}, {Name: "K_1", Component: k2}},
		Links: axon.Links{axon.Link(h.Outs.Named("index.html"), &k1.Inbox), axon.Discard(h.Outs.Named("a/b.c")), axon.Discard(h.Outs.Named("d")),
			axon.Link(h.Outs.Named("e.f"), &k2.Inbox)}}
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	if err := g.LinkByName("H.outs[a/b.c]", "K-1.inbox"); err != nil {
		t.Error(err)
	}
	var dot, mermaid bytes.Buffer
	if err := errors.Join(g.Info().WriteDOT(&dot), g.Info().WriteMermaid(&mermaid)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"g1_H" -> "g1_K-1" [label="outs[index.html] → inbox"]`, `"g1_H" -> "g1_K_1" [label="outs[e.f] → inbox"]`} {
		if !strings.Contains(dot.String(), want) {
			t.Errorf("no %s in\n%s", want, dot.String())
		}
	}
	for _, want := range []string{`g1_K_1["K-1`, `g1_K_1_2["K_1`, `-->|"outs[index.html] → inbox"| g1_K_1` + "\n", `-->|"outs[e.f] → inbox"| g1_K_1_2` + "\n"} {
		if !strings.Contains(mermaid.String(), want) {
			t.Errorf("no %s in\n%s", want, mermaid.String())
		}
	}
}
