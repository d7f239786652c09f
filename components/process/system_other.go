//go:build !unix

package process

import (
	"errors"
	"os"
	"os/exec"
)

func (p *Program) attributes(*exec.Cmd) error {
	if p.User != "" || p.Root != "" || p.Limits != (Limits{}) {
		return errors.ErrUnsupported
	}
	return nil
}

// signalProcess ends the program alone: there are no groups here, and no TERM.
func signalProcess(p *os.Process, _ bool) { _ = p.Kill() }

func signalOf(*os.ProcessState) os.Signal { return nil }

func waiting(*os.File) bool { return false }
