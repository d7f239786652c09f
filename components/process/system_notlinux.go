//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

func signalProcess(p *os.Process, kill bool) { signalGroup(p.Pid, kill) }

// signalOf returns the signal that has ended a program, or nil.
func signalOf(state *os.ProcessState) os.Signal {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal()
	}
	return nil
}
