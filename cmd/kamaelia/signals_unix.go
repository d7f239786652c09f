//go:build unix

package main

import (
	"os"
	"syscall"
)

// otherSignals are those that do not end the server, or not always.
func otherSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1, syscall.SIGHUP} }

// isReload reports whether a signal asks to read the configuration again. Without a
// file of it, it ends the server: the terminal was closed.
func isReload(sig os.Signal) bool { return sig == syscall.SIGHUP }

// isReopen reports whether a signal asks to open the log again: the file was moved
// away, as by logrotate.
func isReopen(sig os.Signal) bool { return sig == syscall.SIGUSR1 }
