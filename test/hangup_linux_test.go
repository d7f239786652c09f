package test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal opens a terminal, as a window of one has it, and its other end, which
// programs are started from.
func terminal(t testing.TB) (window, tty *os.File) {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { window.Close() })
	fd := int(window.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return window, tty
}

// TestHangUp sends SIGHUP to servers without a configuration file, and closes the
// terminal that they were started from.
func TestHangUp(t *testing.T) {
	t.Parallel()
	// If these tests were started by nohup, so would be what they start.
	hangUps := make(chan os.Signal, 1)
	signal.Notify(hangUps, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangUps) })
	for _, c := range []struct {
		name string
		by   []string
		ends bool // with the terminal
	}{
		{"by itself", nil, true},
		{"by nohup", []string{"nohup"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			window, tty := terminal(t)
			args := append(c.by, program, "serve", "--listen", "127.0.0.1:0", "--access-log", "off", site(t))
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Stdin, cmd.SysProcAttr = tty, &syscall.SysProcAttr{Setsid: true, Setctty: true}
			s := startServer(t, cmd)
			for n := 1; n <= 2; n++ {
				if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
				eventually(t, time.Minute, "the flags again", func() bool { return strings.Count(s.log.String(), "made anew") == n })
			}
			if status, text := ask(s, "/hello.txt"); status != 200 {
				t.Errorf("%d %s", status, text)
			}
			tty.Close()
			window.Close()
			if c.ends {
				if code := s.wait(t, stopLimit); code != 0 {
					t.Errorf("exit status %d", code)
				}
				return
			}
			eventually(t, time.Minute, "the flags again", func() bool { return strings.Count(s.log.String(), "made anew") == 3 })
			if status, text := ask(s, "/hello.txt"); status != 200 {
				t.Errorf("without the terminal: %d %s", status, text)
			}
		})
	}
}

// A pipedConfig is a configuration that a server reads from a pipe, so that the test says
// when it is there.
type pipedConfig struct {
	file, text string
	server     *server
}

// piped starts a server with such a configuration.
func piped(t *testing.T) *pipedConfig {
	t.Helper()
	p := &pipedConfig{file: filepath.Join(t.TempDir(), "pipe.yaml")}
	if err := unix.Mkfifo(p.file, 0o600); err != nil {
		t.Fatal(err)
	}
	p.text = fmt.Sprintf("listen: 127.0.0.1:0\nroot: %s\naccess-log: \"off\"\n", site(t))
	begun := make(chan error, 1)
	go func() { begun <- os.WriteFile(p.file, []byte(p.text), 0) }()
	p.server = startServer(t, exec.Command(program, "serve", "--config", p.file))
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	return p
}

// open opens the pipe, if the server reads it.
func (p *pipedConfig) open() (pipe *os.File, read bool) {
	pipe, err := os.OpenFile(p.file, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	return pipe, err == nil
}

// say writes to the pipe, if the server reads it.
func (p *pipedConfig) say(text string) bool {
	pipe, read := p.open()
	if read {
		_, _ = pipe.WriteString(text)
		_ = pipe.Close()
	}
	return read
}

// TestTerm_Reloading sends SIGTERM behind several SIGHUPs to a server that waits for its
// configuration: it is not lost.
func TestTerm_Reloading(t *testing.T) {
	t.Parallel()
	p := piped(t)
	signals := func(all ...syscall.Signal) {
		pace := time.NewTicker(50 * time.Millisecond) // so that those of the same kind count one by one
		defer pace.Stop()
		for _, sig := range all {
			if err := p.server.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			<-pace.C
		}
	}
	signals(syscall.SIGHUP)
	pipe := (*os.File)(nil)
	eventually(t, time.Minute, "a reader", func() (read bool) { pipe, read = p.open(); return read })
	signals(syscall.SIGHUP, syscall.SIGHUP, syscall.SIGTERM)
	_, _ = pipe.WriteString(p.text)
	_ = pipe.Close()
	eventually(t, stopLimit, "the end", func() bool {
		p.say(p.text) // if it is read once more
		select {
		case <-p.server.done:
			return true
		default:
			return false
		}
	})
	if code := p.server.wait(t, stopLimit); code != 0 {
		t.Errorf("exit status %d", code)
	}
}

// TestReload_Meanwhile: a configuration that is mended between the look that finds a
// mistake and the one that looks for all of them is a mistake, and nothing worse.
func TestReload_Meanwhile(t *testing.T) {
	t.Parallel()
	p := piped(t)
	if err := p.server.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "a reader", func() bool { return p.say("root: [") })
	eventually(t, time.Minute, "the word on it", func() bool {
		p.say("\n" + p.text)
		return strings.Contains(p.server.log.String(), "stays as it was")
	})
	if status, text := ask(p.server, "/hello.txt"); status != 200 {
		t.Errorf("%d %s", status, text)
	}
}
