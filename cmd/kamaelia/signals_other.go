//go:build !unix

package main

import "os"

// otherSignals are those that do not end the server.
func otherSignals() []os.Signal { return nil }

func isReload(os.Signal) bool { return false }

func isReopen(os.Signal) bool { return false }

type terminal struct{}

func newTerminal() terminal { return terminal{} }

func (terminal) closed() bool { return false }
