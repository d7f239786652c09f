package axontest

import (
	"bytes"
	"fmt"
	"runtime/pprof"
	"strings"
	"testing/synctest"
	"time"
)

// Settle returns when the component has come to rest: it waits for a message, a
// reader, a timer or the like. Inside a bubble of synctest this is exact and
// takes no time. Outside it means that nothing has moved for 20 ms.
func (h *Harness) Settle() {
	if inBubble() {
		synctest.Wait()
		return
	}
	const quiet, look = 20 * time.Millisecond, 2 * time.Millisecond
	tick := time.NewTicker(look)
	defer tick.Stop()
	last, since := "", time.Now()
	for time.Since(since) < quiet {
		now := h.picture()
		if now != last {
			last, since = now, time.Now()
		}
		<-tick.C
	}
}

// picture is all that is seen to change while messages move.
func (h *Harness) picture() string {
	var sb strings.Builder
	for _, p := range h.running.Snapshot().Parts {
		fmt.Fprintln(&sb, p.State, p.Doing, p.Restarts)
		for _, b := range p.Boxes {
			fmt.Fprintln(&sb, b.Sent, b.Depth, b.Dropped, b.Left)
		}
	}
	return sb.String()
}

// goroutines lists the stacks of the goroutines that a part, or one within it,
// has started: they bear its labels.
func goroutines(graph, part string) (stacks []string) {
	var buf bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&buf, 1)
	of := fmt.Sprintf(`"graph":%q`, graph)
	is, within := fmt.Sprintf(`"part":%q`, part), fmt.Sprintf(`"part":"%s/`, part)
	for stack := range strings.SplitSeq(buf.String(), "\n\n") {
		if strings.Contains(stack, of) && strings.Contains(stack, is) || strings.Contains(stack, within) {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}
