package chassis_test

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
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func ignore(string) {}

func newChild() *child { return &child{note: ignore} }

func TestConform(t *testing.T) {
	for name, make := range map[string]func() axon.Component{
		"Seq": func() axon.Component {
			return &chassis.Seq[int, int]{Steps: []axon.Component{&ends.OneShot[int]{}, newChild(), flow.Transform(func(n int) int { return n })}}
		},
		"Carousel": func() axon.Component {
			return &chassis.Carousel[string, int, int]{Factory: func(string) (axon.Component, error) { return newChild(), nil }}
		},
		"Par": func() axon.Component { return chassis.NewPar[int](ends.Data(1, 2), ends.Data(3)) },
		"TPipe": func() axon.Component {
			return chassis.NewTPipe(chassis.Branch[int]{If: func(n int) bool { return true }, Action: newChild(), Source: true})
		},
		"TTL":        func() axon.Component { return chassis.TTL(newChild(), time.Hour) },
		"NoActivity": func() axon.Component { return chassis.NoActivity(newChild(), time.Minute) },
		"JoinChooserToCarousel": func() axon.Component {
			return chassis.JoinChooserToCarousel(&flow.Chooser[string]{Items: []string{"a", "b"}, Edge: flow.Stop},
				&chassis.Carousel[string, int, int]{Factory: func(string) (axon.Component, error) { return ends.Data(1, 2), nil }})
		},
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make) })
	}
}

// take is a step that reads some messages and says what they were.
func take(n int, name string) axon.Component {
	return axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
		var got []string
		for range n {
			v, err := in.Recv(ctx)
			if err != nil {
				got = append(got, "end")
				break
			}
			got = append(got, v)
		}
		return out.Send(ctx, name+":"+strings.Join(got, ","))
	})
}

// What a step has not read is the next one's, in order.
func TestSeqTypedAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &chassis.Seq[string, string]{Steps: []axon.Component{
			&ends.OneShot[string]{Message: "hello"}, take(2, "login"), take(1, "one"), take(3, "rest"), take(1, "none")}}
		h := axontest.Run(t, s)
		axontest.Send(h, &s.Inbox, "a", "b", "c", "d", "e")
		h.Finish()
		want := []string{"hello", "login:a,b", "one:c", "rest:d,e,end", "none:end"}
		if got := axontest.Rest(h, &s.Outbox); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestSeqEnds(t *testing.T) {
	t.Run("a step fails, the next goes on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			bad := axon.Produce(func(context.Context, *axon.Outbox[string]) error { return errors.New("bad") })
			s := &chassis.Seq[string, string]{Steps: []axon.Component{bad, &ends.OneShot[string]{Message: "after"}}}
			h := axontest.Run(t, s, axontest.WithPolicy(axon.Policy{Restarts: 1}))
			if got := axontest.Recv(h, &s.Outbox); got != "after" {
				t.Errorf("got %q", got)
			}
			if h.Wait(); h.Restarts() != 1 {
				t.Errorf("%d restarts", h.Restarts())
			}
		})
	})
	t.Run("nobody receives", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &chassis.Seq[string, string]{Steps: []axon.Component{
				&ends.OneShot[string]{Message: "x"}, &ends.OneShot[string]{Message: "too many"}, take(1, "never"),
			}}
			h := axontest.Run(t, s, axontest.Hold(&s.Outbox))
			axontest.Gone(h, &s.Outbox)
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("a finish signal reaches the step", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &chassis.Seq[string, string]{Steps: []axon.Component{take(5, "step"), take(1, "last")}}
			h := axontest.Run(t, s)
			axontest.Send(h, &s.Inbox, "a")
			h.Settle()
			h.Signal(finish)
			if got := axontest.Rest(h, &s.Outbox); !slices.Equal(got, []string{"step:a,end", "last:end"}) {
				t.Errorf("got %q", got)
			}
		})
	})
	t.Run("mistakes", func(t *testing.T) {
		for want, s := range map[string]*chassis.Seq[string, string]{
			"step 2: ":  {Steps: []axon.Component{take(1, ""), nil}},
			"inbox of ": {Steps: []axon.Component{&ends.NullSink[int]{}}},
		} {
			if err := axon.Pipeline(s).Build(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want ... %s ...", err, want)
			}
		}
	})
}

func TestPar(t *testing.T) {
	sink := &ends.DataSink[int]{}
	p := chassis.NewPar[int](ends.Data(1, 2, 3), ends.Data(10, 20), &ends.OneShot[int]{Message: 100})
	if err := axon.Pipeline(p, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := sink.Items()
	if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3, 10, 20, 100}) {
		t.Errorf("got %v", got)
	}
	if err := axon.Pipeline(chassis.NewPar[int](), &ends.NullSink[int]{}).Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// A shutdown reaches all components of a Par, and so does a finish.
func TestParControl(t *testing.T) {
	for name, s := range map[string]axon.Signal{"finish": finish, "shutdown": shutdown} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wait := func() axon.Component {
					return axon.Produce(func(ctx context.Context, _ *axon.Outbox[int]) error { <-ctx.Done(); return nil })
				}
				p := chassis.NewPar[int](wait(), wait(), wait())
				h := axontest.Run(t, p)
				h.Settle()
				h.Signal(s)
				if err := h.Wait(); err != nil {
					t.Error(err)
				}
				if got := axontest.Recv(h, &p.Signal); got.Kind != s.Kind {
					t.Errorf("signal %v", got)
				}
			})
		})
	}
}

func TestTPipe(t *testing.T) {
	negative := func() axon.Component { return flow.Transform(func(n int) int { return -n }) }
	even := func(n int) bool { return n%2 == 0 }
	for name, c := range map[string]struct {
		b    chassis.Branch[int]
		want []int // in order of size: a branch and the pipe have no order between
	}{
		"split":            {chassis.Branch[int]{If: even, Action: negative()}, []int{1, 2, 3, 4}},
		"route":            {chassis.Branch[int]{If: even, Action: negative(), Route: true}, []int{1, 3}},
		"split, source":    {chassis.Branch[int]{If: even, Action: negative(), Source: true}, []int{-4, -2, 1, 2, 3, 4}},
		"route, source":    {chassis.Branch[int]{If: even, Action: negative(), Route: true, Source: true}, []int{-4, -2, 1, 3}},
		"action goes away": {chassis.Branch[int]{If: even, Action: axon.Consume(func(context.Context, *axon.Inbox[int]) error { return nil })}, []int{1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			sink := &ends.DataSink[int]{}
			if err := axon.Pipeline(ends.Data(1, 2, 3, 4), chassis.NewTPipe(c.b), sink).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := sink.Items()
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	err := axon.Pipeline(ends.Data(1), chassis.NewTPipe(chassis.Branch[int]{}), &ends.NullSink[int]{}).Build()
	if err == nil || !strings.Contains(err.Error(), "a Branch needs If") || !strings.Contains(err.Error(), "has no component") {
		t.Error(err)
	}
}

// The item is there all the time, the steps come one after the other.
func TestWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		// A server that answers each line, and sends two lines at once to "go".
		server := axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
			for line := range in.All(ctx) {
				log = append(log, line)
				answers := []string{"ok " + line}
				if line == "go" {
					answers = append(answers, "data")
				}
				for _, a := range answers {
					if err := out.Send(ctx, a); err != nil {
						return err
					}
				}
			}
			return nil
		})
		ask := func(line string) axon.Component {
			return axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
				if err := out.Send(ctx, line); err != nil {
					return err
				}
				answer, err := in.Recv(ctx)
				log = append(log, answer)
				return err
			})
		}
		last := axon.Consume(func(ctx context.Context, in *axon.Inbox[string]) error {
			v, err := in.Recv(ctx)
			log = append(log, v)
			return err
		})
		if err := chassis.With[string, string](server, ask("CONNECT"), ask("go"), last).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"CONNECT", "ok CONNECT", "go", "ok go", "data"}; !slices.Equal(log, want) {
			t.Errorf("got %q, want %q", log, want)
		}
	})
}

func TestBounded(t *testing.T) {
	for name, c := range map[string]struct {
		make   func(child axon.Component) *chassis.Bounded
		every  time.Duration // a message comes, five times
		stuck  bool          // the component does not finish
		within [2]time.Duration
	}{
		"a lifetime":                  {func(c axon.Component) *chassis.Bounded { return chassis.TTL(c, time.Minute) }, time.Second, false, [2]time.Duration{time.Minute, time.Minute}},
		"a lifetime that is stuck":    {func(c axon.Component) *chassis.Bounded { return chassis.TTL(c, time.Minute) }, time.Second, true, [2]time.Duration{65 * time.Second, 65 * time.Second}},
		"idle from the start":         {func(c axon.Component) *chassis.Bounded { return chassis.NoActivity(c, time.Minute) }, 0, false, [2]time.Duration{time.Minute, 75 * time.Second}},
		"idle after five minutes":     {func(c axon.Component) *chassis.Bounded { return chassis.NoActivity(c, 90*time.Second) }, time.Minute, false, [2]time.Duration{390 * time.Second, 415 * time.Second}},
		"neither, the component ends": {func(c axon.Component) *chassis.Bounded { return chassis.TTL(c, time.Hour) }, 10 * time.Minute, false, [2]time.Duration{50 * time.Minute, 50 * time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				sink := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
					for range in.All(ctx) {
						if n++; n == 5 && c.every == 10*time.Minute {
							return nil
						}
					}
					if c.stuck {
						<-ctx.Done()
					}
					return nil
				})
				src := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
					for range 5 {
						if c.every > 0 {
							time.Sleep(c.every)
							if err := out.Send(ctx, 1); err != nil {
								return err
							}
						}
					}
					time.Sleep(2 * time.Hour) // longer than what is tested
					return out.Send(ctx, 1)
				})
				b := c.make(sink)
				began, took := time.Now(), time.Duration(0)
				b.Graph.OnEnd(func(error) { took = time.Since(began) })
				if err := axon.Pipeline(src, b).Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took < c.within[0] || took > c.within[1] {
					t.Errorf("it took %v, want %v", took, c.within)
				}
			})
		})
	}
	if err := axon.Pipeline(&chassis.Bounded{}).Build(); err == nil {
		t.Error("a Bounded without a component was built")
	}
}

func TestPlaylist(t *testing.T) {
	sink := &ends.DataSink[string]{}
	c := &chassis.Carousel[string, int, string]{Factory: func(s string) (axon.Component, error) { return ends.Data(s+"1", s+"2"), nil }}
	p := chassis.JoinChooserToCarousel(&flow.Chooser[string]{Items: []string{"a", "b"}, Edge: flow.Stop}, c)
	if err := axon.Pipeline(p, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.Items(); !slices.Equal(got, []string{"a1", "a2", "b1", "b2"}) {
		t.Errorf("got %q", got)
	}
}

// A Carousel whose item fails asks for another when it is run again.
func TestCarouselRestart(t *testing.T) {
	sink := &ends.DataSink[string]{}
	c := &chassis.Carousel[string, int, string]{Factory: func(s string) (axon.Component, error) {
		if s == "bad" {
			return nil, errors.New("as told")
		}
		return &ends.OneShot[string]{Message: s}, nil
	}}
	p := chassis.JoinChooserToCarousel(&flow.Chooser[string]{Items: []string{"a", "bad", "b"}, Edge: flow.Stop}, c)
	p.Policy = axon.Policy{Restarts: -1}
	if err := axon.Pipeline(p, sink).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.Items(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q", got)
	}
}
