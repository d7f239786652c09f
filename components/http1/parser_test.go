package http1

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

func TestParser_Conform(t *testing.T) {
	feeds := map[string]string{
		"requests": "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"bodies":   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n" + strings.Repeat("x", 30000),
		"a head":   "GET / HTTP/1.1\r\n",
		"nonsense": "\x00",
	}
	for name, feed := range feeds {
		t.Run(name, func(t *testing.T) {
			axontest.Conform(t, func() axon.Component { return &Parser{Limits: Limits{Pipeline: 1000}} },
				axontest.FeedFunc("inbox", func() []*tcp.Chunk { return []*tcp.Chunk{says(feed)} }))
		})
	}
	for e := tcp.Timeout; e <= tcp.Reset; e++ {
		t.Run(fmt.Sprint("event ", e), func(t *testing.T) {
			axontest.Conform(t, func() axon.Component { return &Parser{} },
				axontest.FeedFunc("inbox", func() []*tcp.Chunk { return []*tcp.Chunk{{Event: e}} }))
		})
	}
}

func says(s string) *tcp.Chunk { return &tcp.Chunk{Data: []byte(s)} }

// A socketClock notes the deadline that a Parser sets.
type socketClock struct{ at atomic.Pointer[time.Time] }

func (s *socketClock) SetReadDeadline(t time.Time) error { s.at.Store(&t); return nil }

// deadline returns the deadline, the zero time if there is none.
func (s *socketClock) deadline() time.Time {
	if t := s.at.Load(); t != nil {
		return *t
	}
	return time.Time{}
}

// A talk is a Parser at its ends.
type talk struct {
	*Parser
	*axontest.Harness
	t     testing.TB
	clock socketClock
}

func newTalk(t testing.TB, limits Limits) *talk {
	x := &talk{t: t}
	x.Parser = &Parser{Limits: limits, Socket: &x.clock, Conn: &Conn{}, Flight: new(Flight)}
	x.Harness = axontest.Run(t, x.Parser)
	return x
}

// say lets the client send something, each string in a chunk of its own. The
// Parser may have ended.
func (x *talk) say(chunks ...string) {
	x.t.Helper()
	for _, s := range chunks {
		if err := axontest.Offer(x.Harness, &x.Inbox, says(s)); err != nil && !errors.Is(err, axon.ErrGone) && !errors.Is(err, axon.ErrFinished) {
			x.t.Fatal(err)
		}
	}
}

func (x *talk) happens(e tcp.Event) {
	x.t.Helper()
	if err := axontest.Offer(x.Harness, &x.Inbox, &tcp.Chunk{Event: e}); err != nil {
		x.t.Fatalf("event %d: %v", e, err)
	}
}

// next takes a request.
func (x *talk) next() *Request {
	x.t.Helper()
	return axontest.Recv(x.Harness, &x.Outbox)
}

// expire lets the deadline of the socket pass, as the reader would tell.
func (x *talk) expire() {
	x.t.Helper()
	x.Settle()
	if x.clock.deadline().IsZero() {
		x.t.Fatal("no deadline is set")
	}
	time.Sleep(time.Until(x.clock.deadline())) // in a bubble
	x.happens(tcp.Timeout)
	x.Settle()
}

func (x *talk) ended() bool {
	x.Settle()
	select {
	case <-x.Ended():
		return true
	default:
		return false
	}
}

// outcome tells all that the Parser has made of what the client has sent.
func (x *talk) outcome() (lines []string) {
	x.t.Helper()
	x.Harness.Finish()
	for _, req := range axontest.Rest(x.Harness, &x.Outbox) {
		lines = append(lines, describe(req))
	}
	for _, f := range axontest.Rest(x.Harness, &x.Failures) {
		lines = append(lines, fmt.Sprintf("%s %s -> %d", f.Request.Method, f.Request.Target, f.Status))
		if !f.Close || !f.Request.Close || f.Stage != axontest.Unit {
			lines = append(lines, fmt.Sprintf("odd failure: %+v", f))
		}
	}
	if err := x.Wait(); err != nil {
		lines = append(lines, "fault: "+err.Error())
	}
	return lines
}

// describe tells of a request and its body. A fault in a body that is found
// before the request is sent makes a failure of it; later, the body tells.
func describe(req *Request) string {
	s := req.Method + " " + req.Target
	for _, f := range req.Header {
		if f.Name != "Host" && !framingField(f.Name) {
			s += fmt.Sprintf(" %s=%s", f.Name, f.Value)
		}
	}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if f, ok := errors.AsType[*Failure](err); ok {
			return fmt.Sprintf("%s %s -> %d", req.Method, req.Target, f.Status)
		}
		s += fmt.Sprintf(" body=%q", body)
		for _, f := range req.Body.Trailer() {
			s += fmt.Sprintf(" trailer %s=%s", f.Name, f.Value)
		}
		if err != nil {
			s += " " + err.Error()
		}
	}
	if req.Close {
		s += " close"
	}
	return s
}

const host = "Host: a\r\n"

// conversations are what clients say, and what it means.
var conversations = []struct {
	name, says string
	want       []string
}{
	{"nothing", "", nil},
	{"one request", "GET /a HTTP/1.1\r\n" + host + "\r\n", []string{"GET /a"}},
	{"pipelined", "GET /a HTTP/1.1\r\n" + host + "\r\nHEAD /b HTTP/1.1\r\nX: y\r\n" + host + "\r\nGET /c HTTP/1.1\r\n" + host + "\r\n",
		[]string{"GET /a", "HEAD /b X=y", "GET /c"}},
	{"empty lines between", "\r\nGET /a HTTP/1.1\r\n" + host + "\r\n\r\n\r\nGET /b HTTP/1.1\r\n" + host + "\r\n\r\n",
		[]string{"GET /a", "GET /b"}},
	{"1.0 is the last", "GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n", []string{"GET /a close"}},
	{"1.0 with keep-alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
		[]string{"GET /a", "GET /b close"}},
	{"close", "GET /a HTTP/1.1\r\n" + host + "Connection: close\r\n\r\nGET /b HTTP/1.1\r\n" + host + "\r\n",
		[]string{"GET /a close"}},
	{"lengths", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhelloPOST /b HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\nGET /c HTTP/1.1\r\n" + host + "\r\n",
		[]string{`POST /a body="hello"`, "POST /b", "GET /c"}},
	{"close after a body", "POST /a HTTP/1.1\r\nConnection: close\r\n" + host + "Content-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n" + host + "\r\n",
		[]string{`POST /a body="hello" close`}},
	{"stray CRLF after a body", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello\r\nGET /b HTTP/1.1\r\n" + host + "\r\n",
		[]string{`POST /a body="hello"`, "GET /b"}},
	{"chunks", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nSum: 1\r\n\r\nGET /b HTTP/1.1\r\n" + host + "\r\n",
		[]string{`POST /a body="hello world" trailer Sum=1`, "GET /b"}},
	{"no chunks at all", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\n" + host + "\r\n",
		[]string{`POST /a body=""`, "GET /b"}},
	{"bad chunk size", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n", []string{"POST /a -> 400"}},
	{"chunked body too large", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n40000000\r\n", []string{"POST /a -> 413"}},
	{"length too large", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 100000000\r\n\r\n", []string{"POST /a -> 413"}},
	{"two lengths", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", []string{"POST /a -> 400"}},
	{"length and chunked", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []string{"POST /a -> 400"}},
	{"unknown coding", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", []string{"POST /a -> 501"}},
	{"fault behind a request", "GET /a HTTP/1.1\r\n" + host + "\r\nGET /b HTTP/2.0\r\n" + host + "\r\n", []string{"GET /a", "GET /b -> 505"}},
	{"body cut", "POST /a HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhel", []string{`POST /a body="hel" unexpected EOF`}},
	{"chunks cut", "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", []string{`POST /a body="hel" unexpected EOF`}},
	{"head cut", "GET /a HTTP/1.1\r\n" + host, nil},
	{"no host", "GET /a HTTP/1.1\r\n\r\n", []string{"GET /a -> 400"}},
	{"too long a target", "GET /" + strings.Repeat("a", 9000) + " HTTP/1.1\r\n" + host + "\r\n", nil},
	{"expectation", "GET /a HTTP/1.1\r\n" + host + "Expect: tea\r\n\r\n", []string{"GET /a -> 417"}},
	{"a TLS client", "\x16\x03\x01\x00\xa5", []string{"  -> 400"}},
}

var parserLimits = Limits{Body: 1 << 20, Pipeline: 1 << 20}

func TestParser_Conversations(t *testing.T) {
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTalk(t, parserLimits)
				x.say(c.says)
				got := x.outcome()
				if c.name == "too long a target" {
					got = cutTargets(got, " -> 414")
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// cutTargets drops lines that end as they should, whatever the target.
func cutTargets(lines []string, end string) []string {
	if len(lines) == 1 && strings.HasSuffix(lines[0], end) {
		return nil
	}
	return lines
}

// Where the chunks break means nothing.
func TestParser_Splits(t *testing.T) {
	for _, c := range conversations {
		if len(c.says) > 1000 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTalk(t, parserLimits)
				x.say(strings.Split(c.says, "")...)
				if diff := cmp.Diff(c.want, x.outcome()); diff != "" {
					t.Errorf("a byte at a time, -want +got:\n%s", diff)
				}
				for i := 1; i < len(c.says); i++ {
					x := newTalk(t, parserLimits)
					x.say(c.says[:i], c.says[i:])
					if diff := cmp.Diff(c.want, x.outcome()); diff != "" {
						t.Fatalf("after %q, -want +got:\n%s", c.says[:i], diff)
					}
				}
			})
		})
	}
}

func FuzzParser(f *testing.F) {
	for i, c := range conversations {
		f.Add([]byte(c.says), uint64(i*7919))
	}
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if len(b) > 16<<10 {
			return
		}
		limits := Limits{Body: 1 << 20, Pipeline: 1 << 20, Target: 200, Head: 800, Fields: 20}
		whole := newTalk(t, limits)
		whole.say(string(b))
		want := whole.outcome()
		var pieces []string
		for rest := string(b); len(rest) > 0; {
			seed = seed*6364136223846793005 + 1442695040888963407
			n := min(len(rest), 1+int(seed>>58)) // up to 64 bytes
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		cut := newTalk(t, limits)
		cut.say(pieces...)
		if diff := cmp.Diff(want, cut.outcome()); diff != "" {
			t.Fatalf("%q in %d pieces (+) and as a whole (-):\n%s", b, len(pieces), diff)
		}
	})
}

// Several conversations one after the other, cut at random.
func TestParser_RandomSplits(t *testing.T) {
	var all string
	var want []string
	for _, name := range []string{"pipelined", "chunks", "lengths", "stray CRLF after a body", "no chunks at all"} {
		i := slices.IndexFunc(conversations, func(c struct {
			name, says string
			want       []string
		}) bool {
			return c.name == name
		})
		all += conversations[i].says
		want = append(want, conversations[i].want...)
	}
	rapid.Check(t, func(r *rapid.T) {
		var pieces []string
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(r, "n")
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		x := newTalk(t, parserLimits)
		x.say(pieces...)
		if diff := cmp.Diff(want, x.outcome()); diff != "" {
			r.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// A handler that does not read holds the client up, and little memory.
func TestParser_BackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTalk(t, Limits{})
		const piece, pieces = 32 << 10, 100
		sent := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			x.say(fmt.Sprintf("PUT /a HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n", host, piece*pieces))
			for range pieces {
				x.say(strings.Repeat("x", piece))
				sent++
			}
		}()
		req := x.next()
		x.Settle()
		if sent > 7 { // the Body's 64 KiB, one in hand, two in the box, one in the link
			t.Errorf("%d KiB were taken though nobody reads", sent*piece>>10)
		}
		n, err := io.Copy(io.Discard, req.Body)
		if n != piece*pieces || err != nil {
			t.Errorf("read %d bytes, %v", n, err)
		}
		<-done
		x.say("GET /b HTTP/1.1\r\n" + host + "\r\n")
		if got := x.next(); got.Target != "/b" {
			t.Errorf("then %s", got.Target)
		}
	})
}

// What a handler leaves unread is thrown away, up to a limit.
func TestParser_Drain(t *testing.T) {
	for name, c := range map[string]struct {
		length int
		end    bool
	}{
		"within the limit": {200 << 10, false},
		"beyond":           {300 << 10, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTalk(t, Limits{})
				x.say(fmt.Sprintf("PUT /a HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n", host, c.length))
				_ = x.next().Body.Close()
				x.say(strings.Repeat("x", c.length))
				x.say("GET /b HTTP/1.1\r\n" + host + "\r\n")
				if x.ended() != c.end {
					t.Errorf("ended: %v, want %v", !c.end, c.end)
				}
				if c.end {
					if turn := x.Flight.ready(); !turn.last || !x.Flight.linger {
						t.Errorf("the answer is to be the last: %v; with the client still sending: %v", turn.last, x.Flight.linger)
					}
					return
				}
				if got := x.next(); got.Target != "/b" {
					t.Errorf("then %s", got.Target)
				}
			})
		})
	}
}

func TestParser_Continue(t *testing.T) {
	const head = "PUT /a HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
	t.Run("when the handler reads", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{})
			x.say(head)
			req := x.next()
			if _, ok := axontest.Try(x.Harness, &x.Continue); ok {
				t.Error("100 before anybody has read")
			}
			got := make(chan string)
			go func() {
				b, _ := io.ReadAll(req.Body)
				got <- string(b)
			}()
			if resp := axontest.Recv(x.Harness, &x.Continue); resp.Request != req || !resp.interim {
				t.Errorf("%+v", resp)
			}
			x.say("hello")
			if s := <-got; s != "hello" {
				t.Errorf("read %q", s)
			}
			if _, ok := axontest.Try(x.Harness, &x.Continue); ok {
				t.Error("a second 100")
			}
		})
	})
	t.Run("not if the body is there", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{})
			x.say(head + "hello")
			_, _ = io.ReadAll(x.next().Body)
			if _, ok := axontest.Try(x.Harness, &x.Continue); ok {
				t.Error("100 for a body that was there")
			}
		})
	})
	t.Run("no time runs for a client that waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{BodyTime: time.Second})
			x.say(head)
			req := x.next()
			for range 3 {
				x.expire()
			}
			if x.ended() {
				t.Fatal("408 for a client that was not told to go on")
			}
			go x.say("hello")
			if b, err := io.ReadAll(req.Body); string(b) != "hello" || err != nil {
				t.Errorf("%q, %v", b, err)
			}
		})
	})
}

// The server wants to close.
func TestParser_Closing(t *testing.T) {
	const get = "GET /a HTTP/1.1\r\n" + host + "\r\n"
	for name, c := range map[string]struct {
		before, after string
		ends          bool // at once
		want          []string
	}{
		"idle":               {"", "", true, nil},
		"empty lines":        {"\r\n\r\n", "", true, nil},
		"a request answered": {get, "", true, []string{"GET /a"}},
		"stray CRLF":         {"POST /a HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nhi\r\n", "", true, []string{`POST /a body="hi"`}},
		"in a head":          {get[:9], get[9:] + get, false, []string{"GET /a"}},
		"in a body": {"PUT /a HTTP/1.1\r\n" + host + "Content-Length: 4\r\n\r\nab", "cd" + get, false,
			[]string{`PUT /a body="abcd"`}},
		"in a head with a body to come": {"PUT /a HTTP/1.1\r\n" + host, "Content-Length: 4\r\n\r\nabcd", false,
			[]string{`PUT /a body="abcd"`}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTalk(t, Limits{})
				if c.before != "" {
					x.say(c.before)
				}
				x.happens(tcp.Closing)
				if got := x.ended(); got != c.ends {
					t.Errorf("ended: %v, want %v", got, c.ends)
				}
				if !c.ends {
					x.say(c.after)
					if !x.ended() {
						t.Error("has not ended after the request that had begun")
					}
				}
				if !x.Flight.sealed {
					t.Error("more requests are expected")
				}
				if diff := cmp.Diff(c.want, x.outcome()); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// The client goes away.
func TestParser_ClientGone(t *testing.T) {
	const get = "GET /a HTTP/1.1\r\n" + host + "\r\n"
	for name, before := range map[string]string{
		"idle":      get,
		"in a head": get + get[:9],
		"in a body": get + "PUT /b HTTP/1.1\r\n" + host + "Content-Length: 4\r\n\r\nab",
	} {
		for end, leave := range map[string]func(x *talk){
			"closes":  func(x *talk) { x.Harness.Finish(&x.Inbox) },
			"resets":  func(x *talk) { x.happens(tcp.Reset) },
			"we stop": func(x *talk) { x.Shutdown() },
		} {
			t.Run(name+", "+end, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					x := newTalk(t, Limits{})
					x.say(before)
					ctx := x.next().Context()
					x.Settle()
					if ctx.Err() != nil {
						t.Error("the context has ended before the client left")
					}
					leave(x)
					x.Settle()
					if ctx.Err() == nil {
						t.Error("the request's context goes on")
					}
					if err := x.Wait(); err != nil {
						t.Error(err)
					}
					if !x.Flight.sealed {
						t.Error("more requests are expected")
					}
					for _, req := range axontest.Rest(x.Harness, &x.Outbox) {
						if b, err := io.ReadAll(req.Body); string(b) != "ab" || err != io.ErrUnexpectedEOF {
							t.Errorf("body %q, %v", b, err)
						}
					}
				})
			})
		}
	}
}

func TestParser_Timeouts(t *testing.T) {
	limits := Limits{HeadTime: 10 * time.Second, BodyTime: 30 * time.Second, BodyRate: -1, Idle: 60 * time.Second}
	const get = "GET /a HTTP/1.1\r\n" + host + "\r\n"
	run := func(name string, f func(t *testing.T, x *talk)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, newTalk(t, limits)) })
		})
	}
	silent := func(t *testing.T, x *talk, after time.Duration) {
		t.Helper()
		start := time.Now()
		x.expire()
		if !x.ended() {
			t.Fatal("goes on")
		}
		if d := time.Since(start); d != after {
			t.Errorf("after %v, want %v", d, after)
		}
		if left := axontest.Rest(x.Harness, &x.Failures); len(left) > 0 {
			t.Errorf("not silently: %v", left)
		}
	}
	fails := func(t *testing.T, x *talk) {
		t.Helper()
		if !x.ended() {
			t.Fatal("goes on")
		}
		if f := axontest.Recv(x.Harness, &x.Failures); f.Status != 408 || !f.Close {
			t.Errorf("%v", f)
		}
	}
	run("nothing ever", func(t *testing.T, x *talk) {
		x.happens(tcp.Timeout) // the Reader's first deadline
		if !x.ended() {
			t.Fatal("goes on")
		}
		if left := axontest.Rest(x.Harness, &x.Failures); len(left) > 0 {
			t.Errorf("not silently: %v", left)
		}
	})
	run("idle", func(t *testing.T, x *talk) {
		x.say(get)
		x.next()
		x.Flight.done()
		x.Settle()
		silent(t, x, limits.Idle)
	})
	run("idle, stray CRLF", func(t *testing.T, x *talk) {
		x.say("PUT /a HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nhi\r\n")
		x.next()
		x.Flight.done()
		silent(t, x, limits.Idle)
	})
	run("a slow handler", func(t *testing.T, x *talk) {
		x.say(get)
		x.next()
		for range 5 {
			x.expire()
		}
		if x.ended() {
			t.Fatal("the handler had no time")
		}
		x.Flight.done()
		silent(t, x, limits.Idle)
	})
	run("a slow head", func(t *testing.T, x *talk) {
		x.Settle()
		start := time.Now()
		for i := range 9 {
			x.say(get[i : i+1])
			time.Sleep(time.Second)
		}
		x.expire()
		if d := time.Since(start); d != limits.HeadTime {
			t.Errorf("after %v", d)
		}
		fails(t, x)
	})
	run("a slow head, the second one", func(t *testing.T, x *talk) {
		x.say(get)
		x.next()
		x.Settle()
		time.Sleep(50 * time.Second)
		x.say(get[:5])
		start := time.Now()
		x.expire()
		if d := time.Since(start); d != limits.HeadTime {
			t.Errorf("after %v", d)
		}
		fails(t, x)
	})
	run("each chunk ends in the next head", func(t *testing.T, x *talk) {
		x.say(get[:9])
		for range 20 {
			time.Sleep(5 * time.Second)
			if !x.clock.deadline().After(time.Now()) {
				t.Fatal("the time of one head bounds several")
			}
			x.say(get[9:] + get[:9])
			x.next()
			x.Flight.done()
			x.Settle()
		}
		x.expire()
		fails(t, x)
	})
	run("a stalled body", func(t *testing.T, x *talk) {
		x.say("PUT /a HTTP/1.1\r\n" + host + "Content-Length: 40\r\n\r\n")
		req := x.next()
		for range 10 {
			x.Settle()
			time.Sleep(29 * time.Second)
			x.say("x")
			if !x.clock.deadline().After(time.Now()) {
				x.happens(tcp.Timeout)
			}
		}
		x.expire()
		if !x.ended() {
			x.expire()
		}
		if !x.ended() {
			t.Fatal("goes on")
		}
		b, err := io.ReadAll(req.Body)
		f, ok := errors.AsType[*Failure](err)
		if len(b) != 10 || !ok || f.Status != 408 {
			t.Errorf("%q, %v", b, err)
		}
	})
	run("no limits", func(t *testing.T, _ *talk) {
		x := newTalk(t, Limits{HeadTime: -1, BodyTime: -1, Idle: -1})
		for _, s := range []string{"", get[:7], get[7:], "PUT /a HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\n"} {
			x.say(s)
			x.Settle()
			if !x.clock.deadline().IsZero() {
				t.Errorf("after %q there is a deadline", s)
			}
		}
	})
	// The reader tells of a deadline that passed before it was set anew.
	run("a stale timeout", func(t *testing.T, x *talk) {
		x.say(get[:9])
		x.Settle()
		time.Sleep(time.Second)
		x.happens(tcp.Timeout)
		if x.ended() {
			t.Fatal("a head that had nine seconds more is cut")
		}
		x.expire()
		fails(t, x)
	})
	run("no more answers are sent", func(t *testing.T, x *talk) {
		x.say(get)
		x.next()
		x.Flight.close(nil)
		x.expire()
		if !x.ended() {
			t.Error("goes on")
		}
	})
}

// No more than so many requests are under way.
func TestParser_Pipeline(t *testing.T) {
	const get = "GET /a HTTP/1.1\r\n" + host + "\r\n"
	t.Run("waits for room", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{Pipeline: 3})
			x.say(strings.Repeat(get, 10))
			for n := range 10 {
				x.Settle()
				if under, _ := x.Flight.state(); under != min(3, 10-n) {
					t.Errorf("%d requests are under way", under)
				}
				x.next()
				x.Flight.done()
			}
		})
	})
	t.Run("ends if no more answers are sent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{Pipeline: 3})
			x.say(strings.Repeat(get, 10))
			x.Settle()
			x.Flight.close(nil)
			if !x.ended() {
				t.Error("waits for room that there will never be")
			}
		})
	})
	t.Run("takes no request that can not be answered", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := newTalk(t, Limits{})
			x.Flight.close(nil)
			x.say(get)
			if !x.ended() {
				t.Error("goes on")
			}
			if reqs := axontest.Rest(x.Harness, &x.Outbox); len(reqs) > 0 {
				t.Errorf("%d requests", len(reqs))
			}
		})
	})
}

// brokenSocket panics when it is asked something for the nth time.
type brokenSocket struct{ n int }

func (s *brokenSocket) SetReadDeadline(time.Time) error {
	if s.n--; s.n == 0 {
		panic("broken")
	}
	return nil
}

// A fault of the Parser itself is answered.
func TestParser_Panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Parser{Socket: &brokenSocket{2}, Flight: new(Flight)}
		h := axontest.Run(t, p)
		axontest.Send(h, &p.Inbox, says("PUT /a HTTP/1.1\r\n"+host+"Content-Length: 4\r\n\r\n"), says("ab"), says("cd"))
		req := axontest.Recv(h, &p.Outbox)
		b, err := io.ReadAll(req.Body)
		if string(b) != "abcd" || err != nil {
			t.Errorf("body %q, %v", b, err)
		}
		if f := axontest.Recv(h, &p.Failures); f.Status != 500 || !f.Close || f.Request == nil {
			t.Errorf("%v", f)
		}
	})
	t.Run("in a body", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := &Parser{Socket: &brokenSocket{1}, Flight: new(Flight)}
			h := axontest.Run(t, p)
			axontest.Send(h, &p.Inbox, says("PUT /a HTTP/1.1\r\n"+host+"Content-Length: 4\r\n\r\n"))
			_, err := io.ReadAll(axontest.Recv(h, &p.Outbox).Body)
			if _, ok := errors.AsType[*axon.Fault](err); !ok {
				t.Errorf("the body ends with %v", err)
			}
		})
	})
}

// The time of a request that was refused is known too: a log asks for it.
func TestParser_Clock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, s := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00", "GET /a HTTP/1.1\r\n" + host + "\r\n"} {
			p := &Parser{Clock: true, Flight: new(Flight)}
			h := axontest.Run(t, p)
			axontest.Send(h, &p.Inbox, says(s))
			h.Settle()
			if req := p.Flight.first(); req == nil || !req.began.Equal(time.Now()) {
				t.Errorf("%q: %+v", s, req)
			}
		}
	})
}

func ExampleParser() {
	parser := &Parser{Conn: &Conn{}}
	source := &source{chunks: []string{"GET /one HTTP/1.1\r\nHo", "st: a\r\n\r\nGET /two HTTP/1.1\r\n", "Host: a\r\n\r\n"}}
	sink := &sink{}
	g := &axon.Graph{
		Name: "example",
		Parts: axon.Parts{
			{Name: "SOURCE", Component: source},
			{Name: "PARSER", Component: parser},
			{Name: "SINK", Component: sink},
		},
		Links: axon.Links{
			axon.Link(&source.Outbox, &parser.Inbox),
			axon.Link(&parser.Outbox, &sink.Inbox),
			axon.Discard(&parser.Failures),
			axon.Discard(&parser.Continue),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// GET /one
	// GET /two
}

// source stands for a socket.
type source struct {
	chunks []string
	Outbox axon.Outbox[*tcp.Chunk]
}

func (s *source) Main(ctx context.Context) error {
	for _, c := range s.chunks {
		if err := s.Outbox.Send(ctx, says(c)); err != nil {
			return err
		}
	}
	return nil
}

// sink prints requests.
type sink struct{ Inbox axon.Inbox[*Request] }

func (s *sink) Main(ctx context.Context) error {
	for req := range s.Inbox.All(ctx) {
		fmt.Println(req.Method, req.Path)
	}
	return nil
}

// What came behind the last request of a connection does not end a Parser whose Reader
// has taken the next connection already.
func TestParser_NextConnectionIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &talk{t: t}
		x.Parser = &Parser{Limits: Limits{Drain: 10}, Socket: &x.clock, Conn: &Conn{}, Flight: new(Flight), Again: true}
		x.Harness = axontest.Run(t, x.Parser)
		x.say("GET /a HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n")
		x.Flight.answer(&Response{Request: x.next(), Status: 200})
		x.Flight.done()
		x.Flight.close(nil)
		if !x.Free() {
			t.Fatal("the connection is not free")
		}
		if x.Free() {
			t.Error("it is free twice")
		}
		x.say("more than is thrown away")
		if err := axontest.Offer(x.Harness, &x.Inbox, &tcp.Chunk{Event: tcp.Opened, Conn: newPaper()}); err != nil {
			t.Fatal(err)
		}
		x.say("GET /b HTTP/1.1\r\n" + host + "\r\n")
		if x.ended() {
			t.Fatal("the Parser has ended, and the next connection with it")
		}
		if req := x.next(); req.Path != "/b" {
			t.Errorf("%+v", req)
		}
	})
}
