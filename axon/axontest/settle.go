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
// takes no time. Outside it means that nothing has moved for 20 ms, in ten looks: on a
// busy machine time alone would tell nothing.
func (h *Harness) Settle() {
	if inBubble() {
		synctest.Wait()
		return
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	last := ""
	for quiet := 0; quiet < 10; quiet++ {
		if now := h.picture(); now != last {
			last, quiet = now, 0
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

// goroutines lists the stacks of the goroutines that the component, or a part
// within it, has started: they bear its labels, and the harness's own.
func (h *Harness) goroutines() (stacks []string) {
	var buf bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&buf, 1)
	ours := fmt.Sprintf(`"test":%q`, h.mark())
	is, within := fmt.Sprintf(`"part":%q`, Unit), fmt.Sprintf(`"part":"%s/`, Unit)
	for stack := range strings.SplitSeq(buf.String(), "\n\n") {
		if strings.Contains(stack, ours) && (strings.Contains(stack, is) || strings.Contains(stack, within)) {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}
