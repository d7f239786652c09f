//go:build unix

package gatewaytest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A Wrapper serves the scripts of a directory by another protocol than CGI, as
// fcgiwrap does. It is as simple as can be, and trusts who asks.
type Wrapper struct {
	dir string
	all sync.WaitGroup
}

// FastCGI serves the scripts of a directory by FastCGI, until the test ends, and
// returns where.
func FastCGI(t testing.TB, dir string) (address string) { return serve(t, dir, (*Wrapper).fastCGI) }

// SCGI is the same by SCGI.
func SCGI(t testing.TB, dir string) (address string) { return serve(t, dir, (*Wrapper).scgi) }

func serve(t testing.TB, dir string, speak func(*Wrapper, *net.TCPConn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wrapper{dir: dir}
	w.all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			w.all.Go(func() {
				defer conn.Close()
				speak(w, conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		w.all.Wait()
	})
	return l.Addr().String()
}

// run runs the script that the variables ask for: it is the first name on the path.
func (w *Wrapper) run(vars []string, body io.Reader, out, errs io.Writer) error {
	var path, prefix string
	var env []string
	for _, kv := range vars {
		switch name, value, _ := strings.Cut(kv, "="); name {
		case "SCRIPT_NAME":
			prefix = value
		case "PATH_INFO":
			path = value
		default:
			env = append(env, kv)
		}
	}
	name, info := path, ""
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		name, info = path[:i+1], path[i+1:]
	}
	script := exec.Command(filepath.Join(w.dir, filepath.FromSlash(name)))
	script.Dir = w.dir
	script.Env = append(env, "PATH=/usr/local/bin:/usr/bin:/bin", "SCRIPT_NAME="+prefix+name)
	if info != "" {
		script.Env = append(script.Env, "PATH_INFO="+info)
	}
	script.Stdout, script.Stderr = out, errs
	stdin, err := script.StdinPipe()
	if err != nil {
		return err
	}
	if err := script.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(stdin, body)
		_ = stdin.Close()
		_, _ = io.Copy(io.Discard, body) // what the script does not want
	}()
	err = script.Wait()
	if c, ok := body.(io.Closer); ok {
		_ = c.Close()
	}
	<-done
	return err
}

// status tells how a script has ended. One that a signal has ended did not.
func status(err error) (code int, ended bool) {
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return 0, true
	case ok:
		return exit.ExitCode(), exit.Exited()
	}
	return 127, true
}

// fastCGI answers one request.
func (w *Wrapper) fastCGI(conn *net.TCPConn) {
	in := bufio.NewReader(conn)
	var params []byte
	for {
		kind, content, err := readRecord(in)
		if err != nil {
			return
		}
		if kind == 4 {
			if params = append(params, content...); len(content) == 0 {
				break
			}
		}
	}
	body, feed := io.Pipe()
	w.all.Go(func() {
		for {
			kind, content, err := readRecord(in)
			if err != nil || kind == 2 {
				feed.CloseWithError(io.ErrUnexpectedEOF)
				return
			}
			if len(content) == 0 {
				_ = feed.Close()
				return
			}
			_, _ = feed.Write(content)
		}
	})
	var one sync.Mutex
	code, ended := status(w.run(pairs(params), body, &stream{conn, &one, 6}, &stream{conn, &one, 7}))
	if !ended {
		return
	}
	end := append([]byte{1, 3, 0, 1, 0, 8, 3, 0}, make([]byte, 11)...) // with padding
	binary.BigEndian.PutUint32(end[8:], uint32(code))
	_, _ = conn.Write(end)
}

// A stream is one of the two that a script writes.
type stream struct {
	to   io.Writer
	one  *sync.Mutex
	kind byte
}

func (s *stream) Write(p []byte) (int, error) {
	s.one.Lock()
	defer s.one.Unlock()
	for rest := p; len(rest) > 0; {
		n := min(len(rest), 65535)
		b := append([]byte{1, s.kind, 0, 1, byte(n >> 8), byte(n), 0, 0}, rest[:n]...)
		if _, err := s.to.Write(b); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

func readRecord(r io.Reader) (kind byte, content []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	size := int(binary.BigEndian.Uint16(head[4:]))
	b := make([]byte, size+int(head[6]))
	_, err = io.ReadFull(r, b)
	return head[1], b[:size], err
}

// pairs takes parameters apart.
func pairs(b []byte) (vars []string) {
	size := func() int {
		n := int(b[0])
		if n < 128 {
			b = b[1:]
			return n
		}
		n = int(binary.BigEndian.Uint32(b) &^ (1 << 31))
		b = b[4:]
		return n
	}
	for len(b) > 0 {
		name := size()
		value := size()
		vars = append(vars, string(b[:name])+"="+string(b[name:name+value]))
		b = b[name+value:]
	}
	return vars
}

// scgi answers one request.
func (w *Wrapper) scgi(conn *net.TCPConn) {
	in := bufio.NewReader(conn)
	digits, err := in.ReadString(':')
	size, wrong := strconv.Atoi(strings.TrimSuffix(digits, ":"))
	if err != nil || wrong != nil {
		return
	}
	head := make([]byte, size+1)
	if _, err := io.ReadFull(in, head); err != nil || head[size] != ',' {
		return
	}
	parts := strings.Split(string(head[:size]), "\x00")
	if parts[0] != "CONTENT_LENGTH" {
		fmt.Fprintf(conn, "Status: 400\n\nthe first is %s", parts[0])
		return
	}
	length, _ := strconv.ParseInt(parts[1], 10, 64)
	var vars []string
	for i := 0; i+1 < len(parts); i += 2 {
		if parts[i] == "CONTENT_LENGTH" && length == 0 {
			continue // CGI has it if there is a body, SCGI always
		}
		vars = append(vars, parts[i]+"="+parts[i+1])
	}
	// What the script does not want stays where it is.
	code, ended := status(w.run(vars, &until{io.LimitReader(in, length), conn}, conn, io.Discard))
	if !ended || code == 127 {
		_ = conn.SetLinger(0) // there is no other way to tell
	}
}

// until reads until it is closed.
type until struct {
	io.Reader
	conn *net.TCPConn
}

func (u *until) Close() error { return u.conn.CloseRead() }
