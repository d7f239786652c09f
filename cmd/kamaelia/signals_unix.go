//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// otherSignals are those that do not end the server, or not always.
func otherSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGHUP} }

// isReload reports whether a signal asks to make anew what the configuration says.
func isReload(sig os.Signal) bool { return sig == syscall.SIGHUP }

// isReopen reports whether a signal asks to open the log again: the file was moved
// away, as by logrotate.
func isReopen(sig os.Signal) bool { return sig == syscall.SIGUSR1 }

// A terminal is the one that the server was started from, if there is one. Its end
// comes as SIGHUP, too.
type terminal struct{ watched bool }

// newTerminal has to be called before any signals are asked for. What was started by
// nohup is not to end with its terminal.
func newTerminal() terminal {
	return terminal{!signal.Ignored(syscall.SIGHUP) && hasTerminal()}
}

// closed reports whether the server is to end since its terminal has.
func (t terminal) closed() bool { return t.watched && !hasTerminal() }

// hasTerminal reports whether this process has a controlling terminal. One that was
// closed it has no more.
func hasTerminal() bool {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	_ = f.Close()
	return true
}
