package wsgi

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// A run is one run of the worker program: a process, the threads in it, and a graph
// of its own. Its parts, the pool and the worker share it.
type run struct {
	app     *App
	running *axon.Running
	control *link
	queue   *queue

	// These are the pool's.
	calls   map[uint32]*call // that it has, by number; nil for those that nobody waits for
	lent    int              // threads that are
	threads map[*thread]bool // that are connected
	pid     int              // 0 until the first thread is
	served  int              // requests
	most    int              // requests after which it is replaced; 0 is never
	moved   bool             // it has answered something since the watch has looked
	slow    bool             // it has not, and gets no requests ahead
	killed  map[uint32]int   // requests that it is to give up, and how often the watch has looked since
	retired bool             // no more requests are given to it
	buried  bool             // it has ended

	ready event // the first thread is there, or there will be none
	stale event // it is to be replaced
	mad   event // it does not keep to the protocol

	mu     sync.Mutex
	stuck  bool      // an application does not return
	failed *AppError // what it could not begin for
	exit   *process.Exit
}

// An event happens once.
type event struct {
	once sync.Once
	c    chan struct{}
}

func newEvent() event { return event{c: make(chan struct{})} }

func (e *event) happen() { e.once.Do(func() { close(e.c) }) }

// killAfter is how long a worker may take to end by TERM, before it is ended by
// KILL.
const killAfter = 500 * time.Millisecond

// newRun starts the program, on behalf of the part whose Main was given ctx.
func newRun(ctx context.Context, a *App) (*run, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	control, err := newLink(ours)
	if err != nil {
		return nil, errors.Join(err, theirs.Close())
	}
	q, end, err := newQueue()
	if err != nil {
		control.close()
		return nil, errors.Join(err, theirs.Close())
	}
	r := &run{app: a, control: control, queue: q, calls: map[uint32]*call{}, threads: map[*thread]bool{}, ready: newEvent(), stale: newEvent(), mad: newEvent()}
	if n := a.Requests; n > 0 {
		r.most = n + rand.IntN(n/5+1) - n/10
	}
	if r.running, err = axon.Spawn(ctx, r.graph(theirs, end)); err != nil {
		control.close()
		q.close()
		return nil, errors.Join(err, theirs.Close(), end.Close())
	}
	return r, nil
}

// graph is the graph of one run.
//
//	SOURCE ─▶ PROGRAM ─▶ OUTPUT ─▶ the log
//	           │   └─ errors ─▶ ERRORS ─▶ the log
//	           └─ ended ─▶ END ─ ─ ▶ CONTROL ◀═ the control socket
func (r *run) graph(files ...*os.File) *axon.Graph {
	a := r.app
	reload := "keep"
	if a.Reload {
		reload = "reload"
	}
	program := process.New(process.Program{
		Path: a.Python, Dir: a.Dir, Env: append(os.Environ(), a.Env...), User: a.User, Files: files,
		Args: []string{"-u", "-c", bootstrap, a.Dir, a.Module, a.Callable, strconv.Itoa(a.Threads), strconv.Itoa(a.Workers), reload,
			strconv.Itoa(int(a.grace().Seconds()) + 1)},
		Grace: killAfter, Linger: killAfter,
	})
	source, out, errs, control, end := &source{program: a.program()}, &lines{app: a}, &lines{app: a}, &control{run: r}, &ending{run: r}
	g := &axon.Graph{
		Name: "worker of " + a.name,
		Parts: axon.Parts{
			{Name: "SOURCE", Component: source, Policy: once},
			{Name: "PROGRAM", Component: program, Policy: once},
			{Name: "OUTPUT", Component: out, Policy: once},
			{Name: "ERRORS", Component: errs, Policy: once},
			{Name: "CONTROL", Component: control, Policy: once},
			{Name: "END", Component: end, Policy: once},
		},
		Links: axon.Links{
			axon.Link(&source.Outbox, &program.Inbox),
			axon.Link(&program.Outbox, &out.Inbox),
			axon.Link(&program.Errors, &errs.Inbox),
			axon.Link(&program.Ended, &end.Inbox),
		},
	}
	if a.Log != nil {
		g.Links = append(g.Links, axon.Link(&out.Outbox, a.Log), axon.Link(&errs.Outbox, a.Log), axon.Link(&control.Log, a.Log))
	}
	return g
}

// load is how many requests it has. The methods from here to settle are called by
// who holds the pool's lock.
func (r *run) load() int { return len(r.calls) + r.lent }

// limit is how many requests it may have.
func (r *run) limit() int {
	if r.app.ASGI || r.slow {
		return r.app.Threads
	}
	return r.app.Threads + ahead
}

// takeBack returns the request that lies first in its queue, or nil.
func (r *run) takeBack() *call {
	var start [startSize]byte
	for r.queue.takeBack(start[:]) {
		number := numberOf(start[:])
		c := r.calls[number]
		delete(r.calls, number)
		if c != nil {
			return c
		}
	}
	return nil
}

// settle ends a process that was retired, when it has nothing to do any more.
func (r *run) settle() {
	switch {
	case r.buried:
	case r.hangs():
		if !slices.ContainsFunc(slices.Collect(maps.Values(r.calls)), func(c *call) bool { return c != nil }) && r.lent == 0 {
			r.running.Stop(errSilent)
		}
	case r.load() == 0:
		threads := r.app.Threads
		if r.app.ASGI {
			threads = 1
		}
		for range threads {
			_ = r.queue.put(nil) // they end by it
		}
	}
}

// once says that a part which fails has ended.
var once = axon.Policy{Then: axon.StopPart}

// hang notes that an application does not return: others in the process may go on
// for a while, and no more requests are given to it.
func (r *run) hang() {
	r.mu.Lock()
	r.stuck = true
	r.mu.Unlock()
	r.stale.happen()
}

func (r *run) hangs() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stuck
}

// retire takes the run out of use: it answers what it has, for the grace at most.
// Its end is that of its graph.
func (r *run) retire() (stop func() bool) {
	_ = r.control.conn.CloseWrite() // by which it knows that it is to end
	r.app.pool.retire(r)
	return time.AfterFunc(r.app.grace(), func() { r.running.Stop(errGrace) }).Stop
}

// fail notes what the program could not begin for. It reports whether that is news.
func (r *run) fail(why *AppError) bool {
	r.mu.Lock()
	r.failed = why
	r.mu.Unlock()
	defer r.ready.happen()
	return r.app.pool.fail(why)
}

// end tells how a run has ended: nil after an end in order.
func (r *run) end() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.failed != nil:
		return ErrImport // it is in the log already
	case r.exit == nil || r.exit.Well():
		return nil
	}
	return r.exit
}
