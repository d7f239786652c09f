package axon

import (
	"context"
	"errors"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/eventstream"
	"github.com/rs/zerolog"
)

// A System runs graphs under supervision, knows their services, and can be
// inspected while it runs. Its zero value is ready. A program usually has one.
type System struct {
	// Logger gets what goes wrong in the runtime itself; nil means silence.
	// Everything that happens to parts is reported as events: see Watch.
	Logger *zerolog.Logger

	// Grace is how long parts may take to return after a shutdown before they
	// are given up; 0 means 5 seconds.
	Grace time.Duration

	// Linger is how many idle goroutines of parts that may rest are kept (see
	// Part.Rest): waking one costs less time than starting one, but a sleeping one
	// costs memory. 0 means 1000; a negative number keeps none.
	Linger int

	mu       sync.Mutex
	runs     []*Running
	services map[string]service
	// registered is closed when one more is; made by who waits for that.
	registered chan struct{}
	control    *control
	closed     bool
	mark       string // a label of all its parts, of a test; see Mark

	crew    crew
	awake   atomic.Int64                  // goroutines of parts that may rest
	watched [len(eventNames)]atomic.Int32 // by how many, for each kind of event
	count   atomic.Uint64                 // graphs that were run
	events  eventstream.EventStream
	label   sync.Map // labelKey -> context.Context
}

// Run builds g, runs it and returns when every part has returned. It returns the
// failure that ended the graph, the cause when ctx has ended, or nil.
func (s *System) Run(ctx context.Context, g *Graph) error {
	r, err := s.Start(ctx, g)
	if err != nil {
		return err
	}
	return r.wait()
}

// Start builds g and starts it. Its parts are long-lived: each is known to the
// supervisor by an actor of its own. The graph is shut down when ctx ends.
func (s *System) Start(ctx context.Context, g *Graph) (*Running, error) {
	return s.start(ctx, g, false)
}

var errClosed = errors.New("axon: the system is closed")

func (s *System) start(ctx context.Context, g *Graph, light bool) (*Running, error) {
	if err := g.Build(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	if g.run != nil || g.owner != nil {
		g.mu.Unlock()
		return nil, errors.New("axon: graph " + g.Name + " has been run already: a graph runs once")
	}
	s.mu.Lock()
	if s.closed { // another system may run the graph
		s.mu.Unlock()
		g.mu.Unlock()
		return nil, errClosed
	}
	r := newRunning(ctx, s, g, nil)
	r.light = light
	s.runs = append(s.runs, r)
	s.crew.open()
	s.mu.Unlock()
	g.mu.Unlock()
	r.start()
	return r, nil
}

func (s *System) ended(r *Running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = slices.DeleteFunc(s.runs, func(x *Running) bool { return x == r })
	if len(s.runs) == 0 {
		s.crew.close()
	}
}

// Close shuts down what still runs, waits for it, and ends the control plane.
// The system can not be used afterwards.
func (s *System) Close() {
	s.mu.Lock()
	runs := slices.Clone(s.runs)
	s.closed = true
	s.mu.Unlock()
	for _, r := range runs {
		r.stop(errClosed)
	}
	for _, r := range runs {
		<-r.done
	}
	s.mu.Lock()
	c := s.control
	s.control = nil
	s.mu.Unlock()
	if c != nil {
		c.close()
	}
}

func (s *System) grace() time.Duration {
	if s.Grace > 0 {
		return s.Grace
	}
	return 5 * time.Second
}

// crowded reports whether a part that has nothing to do should rest.
func (s *System) crowded() bool {
	linger := int64(s.Linger)
	if linger == 0 {
		linger = 1000
	}
	return s.awake.Load() > linger
}

// plane returns the control plane, and makes it at first need. After Close there
// is none: only parts that were given up can ask for it.
func (s *System) plane() *control {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.control == nil && !s.closed {
		s.control = newControl(s.Logger)
	}
	return s.control
}

// adopt makes a long-lived part known to the supervisor.
func (s *System) adopt(p *part) {
	if !p.run().light {
		if c := s.plane(); c != nil {
			c.send(c.top, &adopt{p})
		}
	}
}

// report hands a fault to the supervisor.
func (s *System) report(p *part, f *Fault) {
	switch c := s.plane(); {
	case c == nil:
		p.conclude(StopPart, f)
	case p.run().light:
		c.send(c.faults, &failed{f})
	default:
		c.send(c.top, &failed{f}) // behind the part's adoption
	}
}

// discharge tells the supervisor that a long-lived part has ended.
func (s *System) discharge(p *part) {
	if !p.run().light {
		if c := s.plane(); c != nil {
			c.send(c.top, &ended{p})
		}
	}
}

// Watch calls f with every event of some kinds, or of all if none is given, from now
// on, until the returned function is called. Events come from many goroutines at once;
// f must be quick and must not block: it usually passes them to a channel with room,
// and drops them if there is none. Events that nobody watches cost next to nothing, and
// a server has many: the parts of a connection or a program start and end with it.
func (s *System) Watch(f func(Event), kinds ...EventKind) (stop func()) {
	wants := func(k EventKind) bool { return len(kinds) == 0 || slices.Contains(kinds, k) }
	sub := s.events.Subscribe(func(v any) {
		e := v.(Event)
		if !wants(e.Kind) {
			return
		}
		defer func() {
			if r := recover(); r != nil && s.Logger != nil {
				s.Logger.Error().Interface("panic", r).Msg("axon: an event watcher panicked")
			}
		}()
		f(e)
	})
	count := func(n int32) {
		for k := range s.watched {
			if wants(EventKind(k)) {
				s.watched[k].Add(n)
			}
		}
	}
	count(1)
	return sync.OnceFunc(func() {
		count(-1)
		s.events.Unsubscribe(sub)
	})
}

// publish costs one load as long as nobody watches that kind.
func (s *System) publish(e Event) {
	if s.watched[e.Kind].Load() == 0 {
		return
	}
	e.Time = time.Now()
	s.events.Publish(e)
}

type labelKey struct{ graph, part string }

// labels returns the profiler's labels of a part; they are made once per name.
func (s *System) labels(p *part) context.Context {
	key := labelKey{p.graph.Name, p.address()}
	if ctx, ok := s.label.Load(key); ok {
		return ctx.(context.Context)
	}
	ctx := pprof.WithLabels(context.Background(), pprof.Labels("graph", key.graph, "part", key.part))
	if s.mark != "" {
		ctx = pprof.WithLabels(ctx, pprof.Labels("test", s.mark))
	}
	s.label.Store(key, ctx)
	return ctx
}
