package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapRoom is how much the heap may grow, at least, between two collections.
const heapRoom = 16 << 20 // bytes

// collectCalmly lets a small heap grow by heapRoom before it is collected. The
// collector lets it double, and that is 4 MB with few connections: the server
// would be collected a hundred times a second, for a fifth of its time. A large
// heap is collected as ever. Whoever sets GOGC has said what they want.
func collectCalmly() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	percent := 0
	adjust := func() {
		metrics.Read(live)
		want := 100
		if n := live[0].Value.Uint64(); n < heapRoom {
			want = int(min(100*heapRoom/max(n, 1<<20), 1600))
		}
		if want > percent+percent/4 || want < percent-percent/4 {
			percent = want
			debug.SetGCPercent(percent)
		}
	}
	adjust()
	// An object that nothing refers to: its finalizer is run after each
	// collection, and makes it ready for the next.
	type cycle struct{ _ [16]byte }
	var again func(*cycle)
	again = func(c *cycle) {
		adjust()
		runtime.SetFinalizer(c, again)
	}
	runtime.SetFinalizer(new(cycle), again)
}
