//go:build linux

package test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests below do to a server on the loopback what rude clients do. They are
// bounded in number and time, and run one after the other: what one does must not
// disturb what another measures.

// slack is how much a server's memory may grow where it should not grow at all,
// in KiB: some megabytes of stacks and garbage, more with the race detector.
func slack() int {
	if raceDetector {
		return 160 << 10
	}
	return 48 << 10
}

// TestClientsThatReadNothing has 200 clients ask for the large file and read
// nothing of it. The server waits with the file, not with its content.
func TestClientsThatReadNothing(t *testing.T) {
	s := serve(t, "--access-log", "off", site(t))
	mustAnswer(t, s)
	before := s.rss(t)
	for range 200 {
		conn, err := dialSmall(s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 16)); err != nil { // it has begun
			t.Fatal(err)
		}
	}
	mustAnswer(t, s)
	if after := s.rss(t); after > before+slack() {
		t.Errorf("200 stalled downloads took the server from %d KiB to %d KiB", before, after)
	}
}

// TestPipelineThatReadsNothing has a client send requests without end and read
// no answer. The server stops reading, so that the client's writes block.
func TestPipelineThatReadsNothing(t *testing.T) {
	s := serve(t, "--access-log", "off", site(t))
	mustAnswer(t, s)
	before := s.rss(t)
	conn, err := dialSmall(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	requests := strings.Repeat("GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n", 1000)
	conn.SetWriteDeadline(time.Now().Add(3 * time.Second))
	const enough = 256 << 20
	sent := 0
	for err == nil && sent < enough {
		var n int
		n, err = io.WriteString(conn, requests)
		sent += n
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after %d bytes of requests, whose answers nobody read: %v, want a blocked write", sent, err)
	}
	mustAnswer(t, s)
	if after := s.rss(t); after > before+slack() {
		t.Errorf("an unread pipeline took the server from %d KiB to %d KiB", before, after)
	}
}

// TestSlowSenders has clients send a head a byte a second. The time for a head
// ends them, since it bounds the whole head and not the gap between two bytes.
func TestSlowSenders(t *testing.T) {
	const headTime, late = 3 * time.Second, 3 * time.Second
	s := serve(t, "--access-log", "off", "--head-timeout", headTime.String(), site(t))
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			if err := sendSlowly(s.addr, headTime+late); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	mustAnswer(t, s)
	clients.Wait()
	mustAnswer(t, s)
}

// sendSlowly sends a byte a second until the server has had enough, and wants a
// 408 and the end in time.
func sendSlowly(addr string, limit time.Duration) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(limit))
	answer := make(chan []byte, 1)
	failed := make(chan error, 1)
	go func() {
		data, err := io.ReadAll(conn)
		failed <- err
		answer <- data
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	start := time.Now()
	request := "GET /hello.txt HTTP/1.1\r\nHost: example.com\r\nX: " + strings.Repeat("a", 1000)
	for i := 0; ; i++ {
		conn.Write([]byte{request[i]}) // the answer tells more than an error here
		select {
		case err := <-failed:
			data := string(<-answer)
			if err != nil || !strings.HasPrefix(data, "HTTP/1.1 408 ") {
				return fmt.Errorf("after %v and %d bytes: answer %.100q, %v; want a 408", time.Since(start), i+1, data, err)
			}
			return nil
		case <-tick.C:
		}
	}
}

// TestIdleConnections has clients that say nothing, before a request or after.
// The time for a head ends the former and the idle time the latter, without a
// word.
func TestIdleConnections(t *testing.T) {
	s := serve(t, "--access-log", "off", "--idle-timeout", "1s", "--head-timeout", "1s", site(t))
	fresh, used := dial(t, s.addr), dial(t, s.addr)
	used.roundTrip(t, "GET", "/hello.txt")
	for name, w := range map[string]*wire{"fresh": fresh, "used": used} {
		if err := w.closed(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMostConnections lets two connections in. A third waits, and is served when
// one of them ends.
func TestMostConnections(t *testing.T) {
	s := serve(t, "--access-log", "off", "--max-conns", "2", site(t))
	first, second, third := dial(t, s.addr), dial(t, s.addr), dial(t, s.addr)
	first.roundTrip(t, "GET", "/hello.txt")
	second.roundTrip(t, "GET", "/hello.txt")
	third.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	third.send(probe, 0)
	if _, err := third.r.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a third connection got an answer: %v", err)
	}
	first.Close()
	waiting := newWire(t, third.Conn)
	if r, err := waiting.reply("GET"); err != nil || r.status != 200 {
		t.Errorf("after the first has ended, the third got %v, %v", r, err)
	}
}

// TestClientsThatVanish resets 300 connections in the middle of the large file.
// All that the server held for them is released.
func TestClientsThatVanish(t *testing.T) {
	s := serve(t, "--access-log", "off", site(t))
	mustAnswer(t, s)
	before, files := s.rss(t), s.openFiles()
	for i := range 300 {
		conn, err := dialSmall(s.addr)
		if err != nil {
			t.Fatal(err)
		}
		request := "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"
		if i%3 == 2 {
			request = request[:20] // this one vanishes within its head
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 { // this one has seen something
			if _, err := io.ReadFull(conn, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
		}
		conn.(*net.TCPConn).SetLinger(0) // a reset, not an orderly end
		conn.Close()
	}
	mustAnswer(t, s)
	eventually(t, 10*time.Second, "the descriptors of vanished clients are closed", func() bool {
		return s.openFiles() <= files+4
	})
	if after := s.rss(t); after > before+slack() {
		t.Errorf("300 vanished clients took the server from %d KiB to %d KiB", before, after)
	}
}

// TestThousandConnections opens 1,000 connections and asks on all of them, twice.
func TestThousandConnections(t *testing.T) {
	s := serve(t, "--access-log", "off", site(t))
	files := s.openFiles()
	const many = 1000
	wires := make([]*wire, many)
	for i := range wires {
		wires[i] = dial(t, s.addr)
		wires[i].SetDeadline(time.Now().Add(60 * time.Second))
	}
	for range 2 {
		for _, w := range wires {
			w.send(probe, 0)
		}
		for i, w := range wires {
			if r, err := w.reply("GET"); err != nil || r.status != 200 || string(r.body) != "hello, world\n" {
				t.Fatalf("connection %d: %v, %v", i, r, err)
			}
		}
	}
	for _, w := range wires {
		w.Close()
	}
	eventually(t, 10*time.Second, "all connections are closed in the server", func() bool {
		return s.openFiles() <= files+4
	})
}

// TestOutOfDescriptors gives the server 64 file descriptors and opens 200
// connections. It serves some, backs off without spinning, and once some have
// gone it serves the others.
func TestOutOfDescriptors(t *testing.T) {
	shell := requireProgram(t, "sh")
	s := startServer(t, exec.Command(shell, "-c", `ulimit -n 64 && exec "$@"`, "sh",
		program, "serve", "--listen", "127.0.0.1:0", "--access-log", "off", site(t)))
	mustAnswer(t, s)

	const many = 200
	wires := make([]*wire, many)
	for i := range wires {
		wires[i] = dial(t, s.addr)
		wires[i].SetDeadline(time.Now().Add(60 * time.Second))
		wires[i].send(probe, 0)
	}
	if _, err := wires[0].reply("GET"); err != nil {
		t.Fatalf("the first of %d connections: %v", many, err)
	}
	used := s.cpuTime(t)
	select {
	case <-s.done:
		t.Fatal("the server ended for want of descriptors")
	case <-time.After(2 * time.Second): // what is measured is what it does in this time
	}
	if used = s.cpuTime(t) - used; used > 500*time.Millisecond {
		t.Errorf("out of descriptors, the server used %v of CPU in 2 s: it does not back off", used)
	}

	// Each connection that ends makes room for one that waits.
	answered := 1
	for i, w := range wires {
		if i > 0 {
			r, err := w.reply("GET")
			switch {
			case err == nil && r.status == 200:
				answered++
			case err == nil && r.status >= 500: // no descriptor for the file
			default:
				t.Fatalf("connection %d: %v, %v", i, r, err)
			}
		}
		w.Close()
	}
	if answered < many/2 {
		t.Errorf("%d of %d connections got the file", answered, many)
	}
	mustAnswer(t, s)
}

// rss gives the server's resident memory in KiB.
func (s *server) rss(t testing.TB) int { return s.memory(t, "VmRSS:") }

// peak gives the most that this was.
func (s *server) peak(t testing.TB) int { return s.memory(t, "VmHWM:") }

func (s *server) memory(t testing.TB, field string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), field)
	var kib int
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatalf("%s %v", field, err)
	}
	return kib
}

// cpuTime gives the CPU time that the server has used.
func (s *server) cpuTime(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	// The name, in parentheses, may hold spaces; utime and stime are the 12th and
	// 13th fields after it, in ticks of 10 ms.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var user, system int
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// openFiles counts the server's file descriptors.
func (s *server) openFiles() int {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	return len(entries)
}
