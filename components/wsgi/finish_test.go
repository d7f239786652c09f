//go:build unix

package wsgi

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// TestApp_FinishQueued: a request that waits, or lies in the queue of a worker, when its
// App ends is answered; or it is a failure. It does not wait for ever.
func TestApp_FinishQueued(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*axon.Running)
		want [2][]int
	}{
		{"finish", (*axon.Running).Finish, [2][]int{{200}, {200, 503}}},
		{"shutdown", func(r *axon.Running) { r.Stop(errStopped) }, [2][]int{{502, 503}, {502, 503}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			app := &App{Dir: "testdata", Module: "edges", Python: Interpreter(t), Workers: 1, Threads: 1}
			if err := app.Open(); err != nil {
				t.Fatal(err)
			}
			sys := &axon.System{}
			defer sys.Close()
			running, err := sys.Start(context.Background(), app.Graph())
			if err != nil {
				t.Fatal(err)
			}
			first, second := &Handler{App: app}, &Handler{App: app}
			runs := [2]*axontest.Harness{axontest.Run(t, first), axontest.Run(t, second)}
			axontest.Send(runs[0], &first.Inbox, request("GET /pid"))
			axontest.Recv(runs[0], &first.Outbox)
			axontest.Send(runs[0], &first.Inbox, request("GET /slow?1"))
			for app.pool.has() != 1 {
				runtime.Gosched()
			}
			axontest.Send(runs[1], &second.Inbox, request("GET /slow?0"))
			for app.pool.has() != 2 {
				runtime.Gosched()
			}
			c.end(running)
			for i, h := range []*Handler{first, second} {
				if got := answered(t, runs[i], h); !slices.Contains(c.want[i], got) {
					t.Errorf("request %d: %d, want one of %d", i, got, c.want[i])
				}
			}
			<-running.Done()
		})
	}
}

// has returns how many requests there are.
func (p *pool) has() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.runs {
		n += r.load()
	}
	return n + len(p.waiting)
}

// answered waits for an answer, and returns its status.
func answered(t *testing.T, run *axontest.Harness, h *Handler) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10e9)
	defer cancel()
	for ctx.Err() == nil {
		if resp, ok := axontest.Try(run, &h.Outbox); ok {
			return resp.Status
		}
		if f, ok := axontest.Try(run, &h.Failures); ok {
			return f.Status
		}
		runtime.Gosched()
	}
	return 0
}

// TestASGI_FinishFull: a worker that is told to end sends all of the answers that its
// application has made, also if the server was in no hurry to read them.
func TestASGI_FinishFull(t *testing.T) {
	app := &App{ASGI: true, Dir: "testdata", Module: "looped", Python: Interpreter(t)}
	if err := app.Open(); err != nil {
		t.Fatal(err)
	}
	ours, theirs, err := socketPair()
	if err != nil {
		t.Fatal(err)
	}
	control, err := newLink(ours)
	if err != nil {
		t.Fatal(err)
	}
	defer control.close()
	q, end, err := newQueue()
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	cmd := exec.Command(app.Python, "-u", "-c", bootstrap, app.Dir, app.Module, app.Callable, "10", "1", "keep", "30")
	cmd.Stdin, cmd.Dir, cmd.ExtraFiles, cmd.Stderr = bytes.NewReader(app.program()), app.Dir, []*os.File{theirs, end}, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	_, _ = theirs.Close(), end.Close()
	lines := bufio.NewReader(out)
	defer hands(t, control).Close() // that of all answers which are ready as a whole
	message, err := new(scope).append(nil, request("GET /brims"))
	if err != nil {
		t.Fatal(err)
	}
	setNumber(message, 1)
	if err := q.put(message); err != nil {
		t.Fatal(err)
	}
	own := hands(t, control)
	defer own.Close()
	if err := q.put(nil); err != nil { // it is to end
		t.Fatal(err)
	}
	var size int
	if _, err := fmt.Sscanf(expect(t, lines, "sent "), "%d", &size); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(own)
	if err != nil || !bytes.HasSuffix(got, []byte(said('E', 1, "", ""))) {
		t.Errorf("its end is lost: %v", err)
	}
	if n := len(payload(string(got))); n != size {
		t.Errorf("%d bytes, want %d", n, size)
	}
}

// hands returns the socket that a worker hands over next.
func hands(t *testing.T, control *link) *net.UnixConn {
	t.Helper()
	f, err := control.frame()
	if err != nil || f.kind != threadFrame || control.file == nil {
		t.Fatalf("%v %v", f, err)
	}
	conn, err := socketOf(control.file)
	if err != nil {
		t.Fatal(err)
	}
	control.file = nil
	return conn
}

// expect reads a line that begins so, and returns the rest of it.
func expect(t *testing.T, lines *bufio.Reader, begins string) string {
	t.Helper()
	line, err := lines.ReadString('\n')
	rest, ok := strings.CutPrefix(line, begins)
	if err != nil || !ok {
		t.Fatalf("%q, want %q: %v", line, begins, err)
	}
	return strings.TrimSpace(rest)
}
