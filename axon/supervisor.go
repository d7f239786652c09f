package axon

import (
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// This is the only file with protoactor's actors; system.go uses its event stream.
// An actor decides, a goroutine works: the actors hear of starts, ends and faults,
// never of a message.
//
//	axon                 the supervisor of all long-lived parts, a strategy itself
//	axon/GRAPH/PART      one for each of them: its fault is the actor's fault
//	faults               one for all graphs that were spawned, and for all that
//	                     run without a System: a healthy one tells it nothing
//
// protoactor's stock strategies are not used: their back-off is linear, they
// restart what was stopped, and they never forget a failure.

// control is the control plane of a system. It is made when it is first needed:
// it takes 3 MB, and most tests never need it.
type control struct {
	sys    *actor.ActorSystem
	top    *actor.PID
	faults *actor.PID
}

func newControl(log *zerolog.Logger) *control {
	var handler slog.Handler = slog.DiscardHandler
	if log != nil {
		l := log.Level(zerolog.WarnLevel)
		handler = zerolog.NewSlogHandler(l)
	}
	c := &control{sys: actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(handler) }),
		actor.WithDeadLetterThrottleInterval(time.Millisecond), // a goroutine waits so long behind each
	)}
	c.top = c.spawn("axon", func() actor.Actor { return &supervisor{kids: map[string]*part{}} })
	c.faults = c.spawn("faults", func() actor.Actor { return faultHandler{} })
	return c
}

func (c *control) spawn(name string, make func() actor.Actor) *actor.PID {
	pid, err := c.sys.Root.SpawnNamed(actor.PropsFromProducer(make), name)
	if err != nil { // the name is taken in a system that we made: it can not be
		panic("axon: " + err.Error())
	}
	return pid
}

// send passes a word to an actor. PIDs cache what they found, so each send has a
// fresh one.
func (c *control) send(pid *actor.PID, m any) {
	c.sys.Root.Send(actor.NewPID(pid.Address, pid.Id), m)
}

// close stops all actors and waits for them: the actors of the parts first, since
// protoactor would stop those again that are about to end, and make dead letters
// of that.
func (c *control) close() {
	gone := make(chan struct{})
	c.send(c.top, &closing{gone})
	<-gone
	_ = c.sys.Root.StopFuture(c.top).Wait()
	_ = c.sys.Root.StopFuture(c.faults).Wait()
	c.sys.Shutdown()
}

// What the actors are told.
type (
	adopt     struct{ p *part }  // give the part an actor
	ended     struct{ p *part }  // the part has ended: its actor can go
	restarted struct{ p *part }  // the pause before a restart is over
	failed    struct{ f *Fault } // a part has failed

	// closing asks for all actors of parts to end; gone is closed then.
	closing struct{ gone chan struct{} }
)

// supervisor is the parent of the actors of long-lived parts, and their strategy.
type supervisor struct {
	kids  map[string]*part
	dying int              // actors that were stopped and have not ended yet
	gone  chan struct{}    // see closing
	above actor.Supervisor // itself, as the strategy knows it
}

// Receive implements actor.Actor.
func (s *supervisor) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *adopt:
		name := m.p.graph.Name + "/" + strings.ReplaceAll(m.p.address(), "/", ".")
		pid, err := ctx.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return &shell{m.p} }), name)
		for n := 2; err == actor.ErrNameExists; n++ {
			pid, err = ctx.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return &shell{m.p} }), name+"#"+strconv.Itoa(n))
		}
		if err == nil {
			s.kids[pid.Id] = m.p
			m.p.setActor(pid.Id)
		}
	case *ended:
		id := m.p.actorName()
		if _, ok := s.kids[id]; ok {
			s.stop(ctx, id)
		}
	case *actor.Terminated:
		s.dying--
		s.closed()
	case *closing:
		s.gone = m.gone
		for id := range s.kids {
			s.stop(ctx, id)
		}
		s.closed()
	case *failed:
		// By way of the supervisor, so that it comes behind the part's adoption.
		id := m.f.part.actorName()
		if s.kids[id] == nil { // its actor could not be made
			m.f.part.conclude(Escalate, m.f)
			return
		}
		ctx.Send(ctx.ActorSystem().NewLocalPID(id), m)
	case *restarted:
		if id := m.p.actorName(); s.kids[id] == m.p && s.above != nil {
			s.above.RestartChildren(ctx.ActorSystem().NewLocalPID(id))
		}
	}
}

// stop ends the actor of a part. No restart can follow.
func (s *supervisor) stop(ctx actor.Context, id string) {
	delete(s.kids, id)
	s.dying++
	ctx.Stop(ctx.ActorSystem().NewLocalPID(id))
}

// closed reports, if that was asked for, that no actor of a part is left.
func (s *supervisor) closed() {
	if s.gone != nil && s.dying == 0 {
		close(s.gone)
		s.gone = nil
	}
}

// HandleFailure implements actor.SupervisorStrategy. protoactor calls it in the
// supervisor's own loop.
func (s *supervisor) HandleFailure(sys *actor.ActorSystem, above actor.Supervisor, child *actor.PID,
	_ *actor.RestartStatistics, why, _ any) {
	s.above = above
	f, ok := why.(*Fault)
	if !ok || s.kids[child.Id] == nil {
		return
	}
	p, self := f.part, sys.NewLocalPID("axon")
	switch v, pause := p.decide(f); v {
	case Restart:
		p.after(pause, func() { sys.Root.Send(self, &restarted{p}) })
	default:
		delete(s.kids, child.Id)
		s.dying++
		above.StopChildren(child)
		p.conclude(v, f)
	}
}

// shell is the actor of a long-lived part. The part's goroutine is not its own:
// the shell outlives it, and is made anew by each restart.
type shell struct{ p *part }

// Receive implements actor.Actor.
func (s *shell) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Restarting:
		s.p.expect()
	case *actor.Started:
		s.p.resume()
	case *failed:
		panic(m.f) // on the actor's own loop: its supervisor decides
	}
}

// faultHandler is the one actor behind all graphs that have none.
type faultHandler struct{}

// Receive implements actor.Actor.
func (faultHandler) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *failed:
		p := m.f.part
		v, pause := p.decide(m.f)
		if v != Restart {
			p.conclude(v, m.f)
			return
		}
		self, root := ctx.Self(), ctx.ActorSystem().Root
		if pause == 0 {
			p.expect()
			p.resume()
			return
		}
		p.after(pause, func() { root.Send(actor.NewPID(self.Address, self.Id), &restarted{p}) })
	case *restarted:
		m.p.expect()
		m.p.resume()
	}
}

// after calls f after the pause before a restart, unless the part is shut down
// meanwhile.
func (p *part) after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.is(Restarting) {
		p.record().pause = time.AfterFunc(d, f)
	}
}
