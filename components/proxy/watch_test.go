package proxy

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWatch_Late looks to how long each of several reads takes.
func TestWatch_Late(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := 0
		w := &watch{limit: time.Second, late: func() { late++ }}
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		for range 3 {
			w.start()
			pass(time.Second - 1)
			if w.stop() || late != 0 {
				t.Fatal("late in time")
			}
			pass(time.Hour) // between them
		}
		w.start()
		pass(time.Second)
		if !w.stop() || late != 1 {
			t.Errorf("not late: %d", late)
		}
		w.end()
		w.start()
		if pass(time.Hour); late != 1 {
			t.Error("late when it had ended")
		}
		none := &watch{late: func() { t.Error("late without a limit") }}
		none.start()
		pass(time.Hour)
		none.stop()
	})
}

// TestWatch_Crossing lets a timer come that was set for a read which is done.
func TestWatch_Crossing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watch{limit: time.Second, late: func() { t.Error("late") }}
		w.start()
		time.Sleep(time.Second - 1)
		w.stop()
		w.expire() // as the timer does that was not stopped in time
		time.Sleep(time.Hour)
		w.start()
		w.expire() // the same, but when the next read has begun
		if w.stop() {
			t.Error("late")
		}
	})
}
