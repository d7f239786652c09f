//go:build unix

package tcp_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// socketPath returns a path that is short enough for a socket.
func socketPath(t *testing.T) string {
	dir, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

func TestListen_UnixMode(t *testing.T) {
	path := socketPath(t)
	l, err := tcp.Listen("unix:" + path + ",mode=0622")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o622 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	l.Close()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is there after its end")
	}
}

func TestListen_UnixStale(t *testing.T) {
	t.Run("left behind", func(t *testing.T) {
		path := socketPath(t)
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		l.Close()
		l, err = tcp.Listen("unix:" + path)
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	})
	t.Run("in use", func(t *testing.T) {
		path := socketPath(t)
		first, err := tcp.Listen("unix:" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer first.Close()
		if l, err := tcp.Listen("unix:" + path); !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(l, err)
		}
		if _, err := net.Dial("unix", path); err != nil {
			t.Errorf("the first one has lost its socket: %v", err)
		}
	})
	t.Run("a file", func(t *testing.T) {
		path := socketPath(t)
		if err := os.WriteFile(path, []byte("keep"), 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := tcp.Listen("unix:" + path); err == nil {
			l.Close()
			t.Fatal("a file was taken for a socket")
		}
		if text, _ := os.ReadFile(path); string(text) != "keep" {
			t.Error("the file is gone")
		}
	})
}

// A child process gets sockets as systemd gives them, and answers on each.
func TestListen_Inherited(t *testing.T) {
	if os.Getenv("TCP_TEST_CHILD") != "" {
		answerOnAll(t)
		return
	}
	for _, address := range []string{"systemd:", "systemd:web", "fd:4"} {
		t.Run(address, func(t *testing.T) {
			one, two := listenFile(t), listenFile(t)
			cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" -test.run='^TestListen_Inherited$'`, os.Args[0])
			cmd.Env = append(os.Environ(), "TCP_TEST_CHILD="+address, "LISTEN_FDS=2", "LISTEN_FDNAMES=other:web")
			cmd.ExtraFiles = []*os.File{one.file, two.file}
			out := &strings.Builder{}
			cmd.Stdout, cmd.Stderr = out, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := cmd.Wait(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			}()
			says(t, two.address, "hello")
			if address == "systemd:" {
				says(t, one.address, "hello")
			}
		})
	}
}

// answerOnAll is what the child does: it greets one client on each socket.
func answerOnAll(t *testing.T) {
	all, err := tcp.ListenAll(os.Getenv("TCP_TEST_CHILD"))
	if err != nil {
		t.Fatal(err)
	}
	for i := len(all) - 1; i >= 0; i-- {
		conn, err := all[i].Accept()
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, "hello")
		conn.Close()
		all[i].Close()
	}
}

func TestListen_NoSocket(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := tcp.Listen("fd:" + fmt.Sprint(f.Fd())); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Error(err)
	}
	if _, err := f.Stat(); err != nil {
		t.Error("what was no socket is closed")
	}
	if _, err := tcp.Listen("fd:1000"); err == nil || !strings.Contains(err.Error(), "not open") {
		t.Error(err)
	}
}

// A listening socket, as a file to be given away.
type listeningFile struct {
	file    *os.File
	address string
}

func listenFile(t *testing.T) listeningFile {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return listeningFile{f, l.Addr().String()}
}

func says(t *testing.T, address, want string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, err := io.ReadAll(conn); string(got) != want {
		t.Errorf("%s says %q, %v", address, got, err)
	}
}
