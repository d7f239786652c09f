package test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
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
