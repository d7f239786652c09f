package axon_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// grow lets words grow by a rule: it starts with one, and puts each into place
// until it is long enough.
type grow struct {
	axon.Base
	Until  int
	Inbox  axon.Inbox[string] `axon:"size=4"`
	Outbox axon.Outbox[string]
}

func (g *grow) Main(ctx context.Context) error {
	for err := g.Outbox.Send(ctx, "A"); ; {
		if err != nil {
			return err
		}
		word, failed := g.Inbox.Recv(ctx)
		if failed != nil || len(word) >= g.Until {
			return failed
		}
		err = g.Outbox.Send(ctx, word)
	}
}

func rewrite(words *[]string) *axon.Function[string, string] {
	return axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
		for word := range in.All(ctx) {
			*words = append(*words, word)
			if err := out.Send(ctx, strings.NewReplacer("A", "AB", "B", "A").Replace(word)); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestCircularPipeline(t *testing.T) {
	t.Run("by itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var words []string
			g := axon.CircularPipeline(&grow{Until: 9}, rewrite(&words))
			if err := g.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if want := []string{"A", "AB", "ABA", "ABAAB", "ABAABABA"}; !slices.Equal(words, want) {
				t.Errorf("got %q, want %q", words, want)
			}
		})
	})
	t.Run("fed from outside", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ring := axon.CircularPipeline(&countdown{}, &pass{})
			sum := 0
			ring.Parts[0].Component.(*countdown).sum = &sum
			g := &axon.Graph{Name: "fed", Parts: axon.Parts{{Name: "COUNT", Component: &counter{N: 4}}, {Name: "RING", Component: ring}}}
			g.Links = axon.Links{axon.Link(&g.Parts[0].Component.(*counter).Outbox, axon.InboxOf[int](ring, "inbox"))}
			if err := g.Run(t.Context()); err != nil || sum < 0+1+2+3 {
				t.Errorf("%v, sum %d", err, sum)
			}
		})
	})
	t.Run("mistakes", func(t *testing.T) {
		for want, g := range map[string]*axon.Graph{
			"is a ring without a buffer": axon.CircularPipeline(&pass{}, &pass{}),
			"cannot link":                axon.CircularPipeline(&grow{}, rewrite(nil), axon.Func(func(context.Context, *axon.Inbox[string], *axon.Outbox[int]) error { return nil })),
			"has no box":                 axon.CircularPipeline(&list{}),
		} {
			if err := g.Build(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want ... %s ...", err, want)
			}
		}
		if err := axon.CircularPipeline().Build(); err != nil {
			t.Error(err)
		}
	})
}

// countdown lets each number go round until it is 0.
type countdown struct {
	axon.Base
	sum    *int
	Inbox  axon.Inbox[int] `axon:"size=16"`
	Outbox axon.Outbox[int]
}

func (c *countdown) Main(ctx context.Context) error {
	for n := range c.Inbox.All(ctx) {
		*c.sum += n
		if n > 0 {
			if err := c.Outbox.Send(ctx, n-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// around is a graph that stands for another component.
type around struct {
	axon.Graph
	child axon.Component
	run   func(ctx context.Context, r *axon.Running) error
}

func newAround(c axon.Component, run func(context.Context, *axon.Running) error) *around {
	a := &around{child: c, run: run}
	a.Graph.Name, a.Graph.Parts = "around", axon.Parts{{Name: "CHILD", Component: c}}
	a.Offer(c, c)
	return a
}

func (a *around) Main(ctx context.Context) error {
	r, err := axon.Spawn(ctx, &a.Graph)
	if err != nil {
		return err
	}
	return a.run(ctx, r)
}

func TestOfferAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &body{main: func(ctx context.Context, b *body) error {
			n, err := b.Inbox.Recv(ctx)
			return errors.Join(err, b.Outbox.Send(ctx, n), b.Other.Send(ctx, -n))
		}}
		a := newAround(b, func(_ context.Context, r *axon.Running) error { <-r.Done(); return nil })
		h := axontest.Run(t, a)
		axontest.Send(h, &b.Inbox, 7)
		other := axon.OutboxOf[int](a, "other")
		if x, y := axontest.Recv(h, &b.Outbox), axontest.Recv(h, other); x != 7 || y != -7 {
			t.Error(x, y)
		}
	})
}

// A part whose Control is linked is told nevertheless.
func TestTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var traffic []uint64
		child := &pass{}
		a := newAround(child, func(ctx context.Context, r *axon.Running) error {
			for range 3 {
				time.Sleep(time.Minute)
				traffic = append(traffic, r.Traffic())
			}
			if err := r.Tell(&pass{}, axon.Signal{Kind: axon.Finish}); err == nil {
				t.Error("a part that is none was told")
			}
			if err := r.Tell(child, axon.Signal{Kind: axon.Finish}); err != nil {
				t.Error(err)
			}
			<-r.Done()
			return nil
		})
		tick := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
			if err := out.Send(ctx, 1); err != nil {
				return err
			}
			time.Sleep(90 * time.Second)
			if err := out.Send(ctx, 2); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		})
		var got []int
		keep := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
			got = slices.AppendSeq(got, in.All(ctx))
			return nil
		})
		g := axon.Pipeline(tick, a, keep)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		if err := g.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if want := []uint64{2, 4, 4}; !slices.Equal(traffic, want) || !slices.Equal(got, []int{1, 2}) {
			t.Errorf("traffic %v, want %v; got %v", traffic, want, got)
		}
	})
}

func TestFunctions(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Func": func() axon.Component { return rewrite(new([]string)) },
		"Produce": func() axon.Component {
			return axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
				for i := 0; ; i++ {
					if err := out.Send(ctx, i); err != nil {
						return err
					}
				}
			})
		},
		"Consume": func() axon.Component {
			return axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
				for range in.All(ctx) {
				}
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
	err := axon.Pipeline(&axon.Producer[int]{}, &axon.Function[int, int]{}, &axon.Consumer[int]{}).Build()
	if err == nil || strings.Count(err.Error(), "Do is nil") != 3 {
		t.Error(err)
	}
}

// An inbox that is first used after the finish has finished too.
func TestFinishBeforeTheInboxIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &late{told: make(chan bool)}
		h := axontest.Run(t, c, axontest.Unlinked(&c.Extra))
		h.Signal(axon.Signal{Kind: axon.Finish})
		h.Settle()
		close(c.told)
		if err := h.Wait(); err != nil || !errors.Is(c.err, axon.ErrFinished) {
			t.Error(err, c.err)
		}
	})
}

type late struct {
	axon.Base
	Inbox axon.Inbox[int]
	Extra axon.Inbox[int] `axon:"optional"`
	told  chan bool
	err   error
}

func (l *late) Main(ctx context.Context) error {
	<-l.told
	_, l.err = l.Extra.Recv(ctx)
	return nil
}

func ExampleFunc() {
	count := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
		for i := range 3 {
			if err := out.Send(ctx, i+1); err != nil {
				return err
			}
		}
		return nil
	})
	square := axon.Func(func(ctx context.Context, in *axon.Inbox[int], out *axon.Outbox[string]) error {
		for n := range in.All(ctx) {
			if err := out.Send(ctx, fmt.Sprintf("%d squared is %d", n, n*n)); err != nil {
				return err
			}
		}
		return nil
	})
	show := axon.Consume(func(ctx context.Context, in *axon.Inbox[string]) error {
		for line := range in.All(ctx) {
			fmt.Println(line)
		}
		return nil
	})
	if err := axon.Pipeline(count, square, show).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 squared is 1
	// 2 squared is 4
	// 3 squared is 9
}

// A part may wait for a service that is registered later.
func TestAwaitService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &list{}
		var in *axon.Inbox[int]
		early := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) (err error) {
			in, err = axon.AwaitService[int](ctx, axon.SystemOf(ctx), "numbers")
			return err
		})
		later := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
			time.Sleep(time.Minute)
			if err := axon.Register(axon.SystemOf(ctx), "others", &l.Inbox); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			if err := axon.Register(axon.SystemOf(ctx), "numbers", &l.Inbox); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			return errors.Join(axon.SystemOf(ctx).Deregister("numbers"), axon.SystemOf(ctx).Deregister("others"))
		})
		never := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			if _, err := axon.AwaitService[int](ctx, axon.SystemOf(ctx), "nobody"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			return nil
		})
		g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "A", Component: early}, {Name: "B", Component: later}, {Name: "C", Component: never}, {Name: "L", Component: l}},
			Links: axon.Links{axon.Discard(&early.Outbox), axon.Link(&later.Outbox, &l.Inbox), axon.Discard(&never.Outbox)}}
		if err := g.Run(t.Context()); err != nil || in != &l.Inbox {
			t.Error(err, in)
		}
	})
}

// A finish ends a part whose inbox has a name, behind what its senders send.
func TestFinishTakesNamesBack(t *testing.T) {
	var got []int
	registered := make(chan bool)
	named := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
		if err := axon.Register(axon.SystemOf(ctx), "numbers", in); err != nil {
			return err
		}
		close(registered)
		got = slices.AppendSeq(got, in.All(ctx))
		return nil
	})
	source := &lastWord{told: make(chan bool)}
	var sys axon.System
	defer sys.Close()
	r, err := sys.Start(t.Context(), axon.Pipeline(source, named))
	if err != nil {
		t.Fatal(err)
	}
	<-registered
	r.Finish()
	if err := r.Wait(t.Context()); err != nil || !slices.Equal(got, []int{1}) || len(sys.Services()) != 0 {
		t.Error(err, got, sys.Services())
	}
}

// lastWord has something left to say when it is told to finish.
type lastWord struct {
	told   chan bool
	Outbox axon.Outbox[int]
}

func (f *lastWord) Finish() { close(f.told) }

func (f *lastWord) Main(ctx context.Context) error {
	<-f.told
	return f.Outbox.Send(ctx, 1)
}
