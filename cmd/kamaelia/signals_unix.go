//go:build unix

package main

import (
	"os"
	"syscall"
)

// otherSignals are those that do not end the server.
func otherSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }

// isReopen reports whether a signal asks to open the log again: the file was moved
// away, as by logrotate.
func isReopen(sig os.Signal) bool { return sig == syscall.SIGUSR1 }
