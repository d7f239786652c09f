package wsgi

import (
	"context"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// watch is the part that looks after requests that take too long: in the queue, or
// with the application. It sleeps while there are none, so that an idle server is
// idle, and a request costs no timer.
//
//	[ watch ] ── log ──▶ error, an *AppError
//
// It ends on finish.
type watch struct {
	axon.Base

	app *App

	// Log carries an *AppError for each request that took too long.
	Log axon.Outbox[error] `axon:"optional"`
}

var _ axon.Component = (*watch)(nil)

// Main implements axon.Component.
func (w *watch) Main(ctx context.Context) error {
	p := w.app.pool
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for n := 0; ; n++ {
		silent, idle := p.look(ticks(w.app.wait()), ticks(w.app.silence()))
		for _, l := range silent {
			if l.req == nil {
				l.run.hang()
				_ = w.Log.Send(ctx, w.app.error("", errStuck, ""))
				continue
			}
			if !w.app.ASGI {
				l.run.hang()
			}
			_ = w.Log.Send(ctx, w.app.error(l.req.ID(), l.run.tooLate(), ""))
		}
		for _, why := range p.noted() {
			_ = w.Log.Send(ctx, why)
		}
		if n%20 == 0 && w.app.Memory > 0 {
			p.weigh(w.app.Memory)
		}
		next := ticker.C
		if idle {
			p.asleep.Store(true)
			if _, idle := p.look(0, 0); !idle { // it has become so, and somebody has not seen this one asleep
				p.asleep.Store(false)
				continue
			}
			next = nil
		}
		select {
		case <-next:
		case <-p.wake:
			ticker.Reset(tick)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ticks returns after how many looks a time has passed; a negative one never.
func ticks(d time.Duration) int { return int((d + tick - 1) / tick) }
