//go:build unix

package process

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes puts the program into a group of its own, and gives it its user and
// its root.
func (p *Program) attributes(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Chroot: p.Root}
	if p.User == "" {
		return nil
	}
	who, err := credential(p.User)
	cmd.SysProcAttr.Credential = who
	return err
}

// credential finds a user: a name, "UID" or "UID:GID".
func credential(name string) (*syscall.Credential, error) {
	uid, gid, numbered := strings.Cut(name, ":")
	if numbered {
		u, err := strconv.ParseUint(uid, 10, 32)
		g, err2 := strconv.ParseUint(gid, 10, 32)
		if err != nil || err2 != nil {
			return nil, fmt.Errorf("user %q: want a name, UID or UID:GID", name)
		}
		return &syscall.Credential{Uid: uint32(u), Gid: uint32(g)}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.LookupId(name); err != nil {
			return nil, err
		}
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, err
	}
	number := func(s string) uint32 {
		n, _ := strconv.ParseUint(s, 10, 32) // they are numbers on Unix
		return uint32(n)
	}
	c := &syscall.Credential{Uid: number(u.Uid), Gid: number(u.Gid)}
	for _, id := range ids {
		c.Groups = append(c.Groups, number(id))
	}
	return c, nil
}

// signalGroup sends TERM, or KILL, to a process group. That there is nobody left
// is no error.
func signalGroup(pid int, kill bool) {
	sig := syscall.SIGTERM
	if kill {
		sig = syscall.SIGKILL
	}
	_ = syscall.Kill(-pid, sig)
}

// waiting reports whether a pipe holds something that was not read.
func waiting(f *os.File) bool {
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	ready := false
	_ = conn.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(poll, 0)
		ready = err == nil && n > 0
	})
	return ready
}
