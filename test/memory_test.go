//go:build linux

package test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// TestMemory_StalledReaders has 2,000 clients ask for more than they take, in
// every way, and compares what the server holds then with what components/http1
// states: no connection holds more than is said for it there, and none more than
// Limits.Memory.
func TestMemory_StalledReaders(t *testing.T) {
	const get = "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		name    string
		clients int
		says    string
		read    int // bytes of the answer that show that it has begun
		most    int // KiB a connection
	}{
		{"a download", 2000, get, 16, 64},
		{"downloads in a pipeline", 2000, strings.Repeat(get, 4), 16, 96},
		{"a whole pipeline", 500, strings.Repeat(get, 40), 16, 160}, // each answer needs a descriptor
		{"a head that does not end", 2000, "GET /hello.txt HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 15<<10), 0, 96},
		{"a body that nobody wants", 2000, "POST /hello.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 60<<10), 16, 192},
		{"bodies behind a download", 2000, get + strings.Repeat("POST /hello.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"+strings.Repeat("x", 4000), 15), 16, 320},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, "--access-log", "off", "--head-timeout", "5m", site(t))
			mustAnswer(t, s)
			before := s.rss(t)
			if raceDetector {
				c.clients /= 4 // they take long there
			}
			for i := range c.clients {
				conn, err := dialSmall(s.addr)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conn.SetWriteDeadline(time.Now().Add(time.Second))
				_, _ = io.WriteString(conn, c.says) // the server need not take it all
				conn.SetReadDeadline(time.Now().Add(20 * time.Second))
				if _, err := io.ReadFull(conn, make([]byte, c.read)); err != nil {
					t.Fatalf("client %d: %v", i, err)
				}
			}
			mustAnswer(t, s)
			held := s.rss(t) - before
			stated := c.clients*c.most + slack()
			if raceDetector {
				stated *= 4 // its shadow memory
			}
			t.Logf("%d KiB in all, %d KiB for each connection; stated: %d KiB for each", held, held/c.clients, c.most)
			if held > stated {
				t.Errorf("%d connections hold %d KiB, want %d at most", c.clients, held, stated)
			}
			if most := int(http1.Limits{}.Memory() >> 10); c.most > most {
				t.Errorf("%d KiB are stated for this, and %d for the worst", c.most, most)
			}
		})
	}
}

// TestMemory_Scripts asks 200 times at once for an answer of 256 KiB from a script,
// of which 32 run at once by default: all are answered, and the server's own memory
// has a bound that more rounds do not move. Its children have theirs; a look at the whole
// tree counts the server twice and more, since a child shares its memory until it has
// become the script.
func TestMemory_Scripts(t *testing.T) {
	const clients, atOnce, most = 200, 32, 512 // KiB for each script that runs
	s := serve(t, "--cgi", "/cgi="+programs(t), "--access-log", "off", site(t))
	mustAnswer(t, s)
	before := s.peak(t)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	for round := range 3 {
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				resp, err := client.Get("http://" + s.addr + "/cgi/large")
				if err != nil {
					t.Error(err)
					return
				}
				defer resp.Body.Close()
				if n, err := io.Copy(io.Discard, resp.Body); resp.StatusCode != 200 || n != 1<<18 || err != nil {
					t.Errorf("%d, and %d bytes: %v", resp.StatusCode, n, err)
				}
			})
		}
		all.Wait()
		held, stated := s.peak(t)-before, atOnce*most+slack()
		if raceDetector {
			stated *= 4 // its shadow memory
		}
		t.Logf("round %d: %d KiB more than before at most, %d KiB now; stated: %d KiB", round+1, held, s.rss(t)-before, stated)
		if held > stated {
			t.Errorf("round %d: %d KiB, want %d at most", round+1, held, stated)
		}
	}
}
