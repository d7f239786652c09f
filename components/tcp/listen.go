package tcp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
)

// An Address says what a server listens on. ParseAddress makes it of text:
//
//	127.0.0.1:8080        a TCP port of one address; [::1]:8080 for IPv6
//	:8080                 a TCP port of all addresses; port 0 means a free one
//	unix:PATH             a Unix socket
//	unix:PATH,mode=0660   the same with these permissions
//	systemd:              all sockets that systemd has opened for this process
//	systemd:NAME          those with a FileDescriptorName
//	fd:3                  a socket that the parent process has opened
type Address struct {
	// Network is "tcp", "unix", "systemd" or "fd".
	Network string

	// Name is host:port, a path, the name of systemd's sockets, or a number.
	Name string

	// Mode holds the permissions of a Unix socket: who may write to it may
	// connect. 0 leaves them to the process's umask.
	Mode os.FileMode
}

// ParseAddress reads an Address, without opening anything. Its errors are
// *net.AddrError.
func ParseAddress(text string) (Address, error) {
	fault := func(format string, args ...any) (Address, error) {
		return Address{}, &net.AddrError{Err: fmt.Sprintf(format, args...), Addr: text}
	}
	switch network, name, _ := strings.Cut(text, ":"); network {
	case "unix":
		a := Address{Network: "unix", Name: name}
		if path, mode, ok := cutMode(name); ok {
			n, err := strconv.ParseUint(mode, 8, 32)
			if err != nil || n == 0 || n > 0o777 {
				return fault("mode %q is not from 0001 to 0777", mode)
			}
			a.Name, a.Mode = path, os.FileMode(n)
		}
		if a.Name == "" {
			return fault("no path behind unix:")
		}
		if strings.ContainsRune(a.Name, 0) {
			return fault("NUL in the path")
		}
		return a, nil
	case "systemd":
		return Address{Network: "systemd", Name: name}, nil
	case "fd":
		if n, err := strconv.Atoi(name); err != nil || n < 3 || n > 1<<20 {
			return fault("%q is no descriptor from 3 on", name)
		}
		return Address{Network: "fd", Name: name}, nil
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return Address{}, err
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fault("unknown port %q", port)
	}
	return Address{Network: "tcp", Name: text}, nil
}

// cutMode splits a path from the mode behind it.
func cutMode(name string) (path, mode string, ok bool) {
	const sep = ",mode="
	i := strings.LastIndex(name, sep)
	if i < 0 || strings.Contains(name[i:], "/") {
		return name, "", false
	}
	return name[:i], name[i+len(sep):], true
}

// String returns the text that ParseAddress reads.
func (a Address) String() string {
	switch {
	case a.Network == "tcp":
		return a.Name
	case a.Mode != 0:
		return fmt.Sprintf("%s:%s,mode=%04o", a.Network, a.Name, a.Mode)
	}
	return a.Network + ":" + a.Name
}

// Open opens the sockets of an Address: several perhaps for systemd's, else one.
//
// A Unix socket that a server has left behind, which ended without a word, is
// removed first; a socket that somebody listens on is not, nor is anything else
// that is called so.
func (a Address) Open() ([]net.Listener, error) {
	var l net.Listener
	var err error
	switch a.Network {
	case "unix":
		l, err = listenUnix(a.Name, a.Mode)
	case "systemd":
		return inherited(a.Name)
	case "fd":
		n, _ := strconv.Atoi(a.Name)
		l, err = listenFile(n, a.String())
	default:
		l, err = listenTCP(a.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("tcp: %w", err)
	}
	return []net.Listener{l}, nil
}

// Listen opens a socket for a Listener; see Address for what text says. It is
// for those that are one socket; ListenAll takes the others too.
func Listen(text string) (net.Listener, error) {
	all, err := ListenAll(text)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		for _, l := range all {
			_ = l.Close()
		}
		return nil, fmt.Errorf("tcp: %s is %d sockets, not one", text, len(all))
	}
	return all[0], nil
}

// ListenAll opens all sockets that text, an Address, stands for.
func ListenAll(text string) ([]net.Listener, error) {
	a, err := ParseAddress(text)
	if err != nil {
		return nil, fmt.Errorf("tcp: %w", err)
	}
	return a.Open()
}

// firstInherited is the first descriptor of systemd's: sd_listen_fds(3).
const firstInherited = 3

// inherited returns the sockets that systemd has opened for this process: all of
// them, or those with a name.
func inherited(name string) (all []net.Listener, err error) {
	pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID"))
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if pid != os.Getpid() || n <= 0 || n > 1<<10 {
		return nil, errors.New("tcp: systemd has opened no sockets for this process (LISTEN_PID, LISTEN_FDS)")
	}
	names := strings.Split(os.Getenv("LISTEN_FDNAMES"), ":")
	defer func() {
		if err != nil {
			for _, l := range all {
				_ = l.Close()
			}
		}
	}()
	for i := range n {
		if name != "" && (i >= len(names) || names[i] != name) {
			continue
		}
		l, err := listenFile(firstInherited+i, "systemd:"+name)
		if err != nil {
			return all, fmt.Errorf("tcp: %w", err)
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		slices.Sort(names)
		return nil, fmt.Errorf("tcp: no socket of systemd's is called %q; there are %s", name, strings.Join(slices.Compact(names), ", "))
	}
	return all, nil
}

// listenFile takes a descriptor over that listens already.
func listenFile(fd int, text string) (net.Listener, error) {
	// One that is something else may belong to the runtime, and must be left alone.
	if err := listening(fd); err != nil {
		return nil, fmt.Errorf("%s: descriptor %d: %w", text, fd, err)
	}
	f := os.NewFile(uintptr(fd), text)
	defer f.Close() // the listener has a copy of its own
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("%s: descriptor %d: %w", text, fd, err)
	}
	return l, nil
}
