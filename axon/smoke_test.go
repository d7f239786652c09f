package axon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

type lines struct {
	Base
	N      int
	Outbox Outbox[string]
}

func (l *lines) Main(ctx context.Context) error {
	for i := range l.N {
		if err := l.Outbox.Send(ctx, fmt.Sprint("line ", i)); err != nil {
			return err
		}
	}
	return nil
}

type upper struct {
	Base
	Inbox  Inbox[string]
	Outbox Outbox[string]
	every  int
	n      int
}

func (u *upper) Main(ctx context.Context) error {
	for s := range u.Inbox.All(ctx) {
		u.n++
		if u.every > 0 && u.n%u.every == 0 {
			panic("boom")
		}
		if err := u.Outbox.Send(ctx, strings.ToUpper(s)); err != nil {
			return err
		}
	}
	return nil
}

type sink struct {
	Base
	Inbox Inbox[string]
	got   []string
}

func (s *sink) Main(ctx context.Context) error {
	for v := range s.Inbox.All(ctx) {
		s.got = append(s.got, v)
	}
	return nil
}

func TestSmoke(t *testing.T) {
	a, b, c := &lines{N: 1000}, &upper{}, &sink{}
	g := Pipeline(a, b, c)
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(c.got) != 1000 || c.got[999] != "LINE 999" {
		t.Fatal(len(c.got))
	}
	fmt.Print(g)
}

func TestSmokeRestart(t *testing.T) {
	for _, light := range []bool{true, false} {
		a, b, c := &lines{N: 100000}, &upper{every: 100}, &sink{}
		g := Pipeline(a, b, c)
		g.Policy = Policy{Restarts: -1}
		sys := &System{}
		var err error
		if light {
			err = g.Run(t.Context())
		} else {
			err = sys.Run(t.Context(), g)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(c.got) != 99000 {
			t.Fatal(len(c.got))
		}
		sys.Close()
	}
}

func TestSmokeEscalate(t *testing.T) {
	a, b, c := &lines{N: 1000}, &upper{every: 100}, &sink{}
	g := Pipeline(a, b, c)
	err := g.Run(t.Context())
	var f *Fault
	if !errors.As(err, &f) || f.Part != "UPPER" {
		t.Fatal(err)
	}
	t.Log(err)
}

func BenchmarkHop(b *testing.B) {
	a, c := &lines{}, &sink{}
	g := &Graph{Name: "g", Parts: Parts{{Name: "A", Component: a}, {Name: "C", Component: c}}, Links: Links{Link(&a.Outbox, &c.Inbox)}}
	_ = g.Build()
	ctx := context.Background()
	go func() {
		for {
			if _, err := c.Inbox.Recv(ctx); err != nil {
				return
			}
		}
	}()
	for b.Loop() {
		a.Outbox.Send(ctx, "x")
	}
}

func TestSmokePictures(t *testing.T) {
	a, b, c := &lines{N: 10}, &upper{}, &sink{}
	inner := Pipeline(a, b)
	g := &Graph{Name: "outer", Parts: Parts{{Name: "IN", Component: inner}, {Name: "OUT", Component: c}}, Links: Links{Link(OutboxOf[string](inner, "outbox"), &c.Inbox)}}
	var sys System
	if err := sys.Run(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	sys.Close()
	fmt.Print(g)
	var sb strings.Builder
	g.Info().WriteText(&sb)
	g.Info().WriteDOT(&sb)
	g.Info().WriteMermaid(&sb)
	fmt.Print(sb.String())
}
