package axon

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A Policy says what happens when a part's Main fails: how often it is run
// again, after what pause, and what happens when that has not helped. Boxes, and
// the messages in them, survive a restart; the message in hand is lost, and the
// component is told (see Loser).
type Policy struct {
	// Restarts is how many times Main is run again within Window; a negative
	// number means no limit.
	Restarts int

	// Window is the time after which a failure is forgotten; 0 means a minute.
	Window time.Duration

	// Pause is how long to wait before the first restart. It doubles with each
	// failure within Window, up to MaxPause; half of it is random. 0 means no
	// pause. With a MaxPause below Pause, the pause does not grow.
	Pause, MaxPause time.Duration

	// Then is what happens when no restart is left: StopPart or Escalate; 0
	// means Escalate. Build refuses Restart.
	Then Verdict
}

// check reports a Then that can not follow.
func (p Policy) check() error {
	if p.Then > StopPart {
		return fmt.Errorf("its Policy has Then: %v: give Escalate or StopPart; negative Restarts are without limit", p.Then)
	}
	return nil
}

// A Verdict is what a supervisor decides about a failed part.
type Verdict uint8

// The verdicts.
const (
	// Escalate ends the graph with the failure. If the graph is a part of
	// another, that part has failed then, and its policy is asked.
	Escalate Verdict = iota + 1
	// StopPart ends the part as if its Main had returned nil. The others go on.
	StopPart
	// Restart runs Main again.
	Restart
)

// String names the verdict.
func (v Verdict) String() string {
	switch v {
	case Restart:
		return "restart"
	case StopPart:
		return "stop"
	case Escalate, 0:
		return "escalate"
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// A Fault is the failure of a part: Main returned an error, or panicked.
type Fault struct {
	Graph string    // the graph's name
	Part  string    // the part's address
	Err   error     // what Main returned, if it returned
	Panic any       // what it panicked with, if it did
	Stack []byte    // of the panic
	Time  time.Time // when

	part *part
}

// Error names the graph, the part and what went wrong. The failure of a part of a
// part is told by that one's address, which names both.
func (f *Fault) Error() string { return "axon: " + f.text() }

func (f *Fault) text() string { return fmt.Sprintf("graph %q: %s", f.Graph, f.what()) }

// what names the part and what went wrong.
func (f *Fault) what() string {
	inner, ok := f.Err.(*Fault)
	switch {
	case f.Panic != nil:
		return fmt.Sprintf("%s: panic: %v", f.Part, f.Panic)
	case ok && strings.HasPrefix(inner.Part, f.Part+"/"):
		return inner.what()
	case ok: // of a graph that the part has run
		return fmt.Sprintf("%s: %s", f.Part, inner.text())
	}
	return fmt.Sprintf("%s: %v", f.Part, f.Err)
}

// Unwrap returns the error that Main returned, or the one it panicked with.
func (f *Fault) Unwrap() error {
	if err, ok := f.Panic.(error); ok {
		return err
	}
	return f.Err
}

// policy returns the part's own policy, or its graph's.
func (p *part) policy() Policy {
	if p.Policy != (Policy{}) {
		return p.Policy
	}
	return p.graph.Policy
}

// judge decides about a fault. It runs in the supervisor's loop alone, which
// therefore owns failures.
func (p *part) judge(f *Fault) (v Verdict, pause time.Duration) {
	pol := p.policy()
	window := pol.Window
	if window <= 0 {
		window = time.Minute
	}
	p.mu.Lock()
	r := p.record()
	p.mu.Unlock()
	kept := r.failures[:0]
	for _, t := range r.failures {
		if f.Time.Sub(t) < window {
			kept = append(kept, t)
		}
	}
	r.failures = append(kept, f.Time)
	if pol.Restarts < 0 && len(r.failures) > 32 {
		r.failures = r.failures[1:] // enough to know the pause
	}
	if pol.Restarts >= 0 && len(r.failures) > pol.Restarts {
		if pol.Then == StopPart {
			return StopPart, 0
		}
		return Escalate, 0
	}
	return Restart, pol.pause(len(r.failures))
}

// pause is the wait before the nth restart within the window.
func (p Policy) pause(n int) time.Duration {
	if p.Pause <= 0 {
		return 0
	}
	limit := max(p.MaxPause, p.Pause)
	d := limit
	if n <= 30 {
		if d = p.Pause << (n - 1); d > limit || d <= 0 {
			d = limit
		}
	}
	return d/2 + rand.N(d/2+1)
}

// decide judges a fault in the supervisor's loop and makes it known. A part that
// is shut down is not run again.
func (p *part) decide(f *Fault) (v Verdict, pause time.Duration) {
	if v, pause = p.judge(f); v == Restart && p.stopping.Load() {
		v = StopPart
	}
	p.mu.Lock()
	p.record().lastErr = f
	if v == Restart {
		p.past.restarts++
		p.state.Store(int32(Restarting))
		if p.stopping.Load() && p.state.CompareAndSwap(int32(Restarting), int32(Active)) {
			v = StopPart // the shutdown did not see that there would be a restart
		}
	}
	p.mu.Unlock()
	p.run().sys.publish(Event{Kind: PartFailed, Graph: f.Graph, Part: f.Part, Err: f, Verdict: v, Pause: pause})
	return v, pause
}

// conclude carries out a verdict that ends the part.
func (p *part) conclude(v Verdict, f *Fault) {
	if v == Escalate {
		p.run().fail(f)
	}
	p.retireAside()
}

// expect says that the next resume is a restart, and not an actor's first start.
func (p *part) expect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record().resumes = p.is(Restarting)
}

// resume runs Main again, if a restart is due.
func (p *part) resume() {
	p.mu.Lock()
	r := p.record()
	due := r.resumes && p.state.CompareAndSwap(int32(Restarting), int32(Active))
	r.resumes = false
	told := r.told
	p.mu.Unlock()
	if due {
		p.run().sys.publish(Event{Kind: PartRestarted, Graph: p.graph.Name, Part: p.address()})
		if f, ok := p.Component.(Finisher); ok && told.Kind == Finish {
			p.guard(f.Finish) // again: Main may have forgotten
		}
		p.run().sys.crew.run(p)
	}
}

func (p *part) setActor(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.record().actor = name
}

func (p *part) actorName() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.past == nil {
		return ""
	}
	return p.past.actor
}
