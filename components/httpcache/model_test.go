package httpcache

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Whatever happens in whatever order: no client gets what was replaced longer ago
// than it agreed to, and nobody gets what he did not ask for.
func TestModel(t *testing.T) {
	for seed := range uint64(60) {
		inBubble(t, fmt.Sprint(seed), &Store{Wait: -1, Memory: 20_000}, func(s *site) {
			r := rand.New(rand.NewPCG(seed, 9111))
			m := &model{site: s, rand: r, replaced: map[string][]time.Time{}}
			for range 200 {
				m.step()
			}
		})
	}
}

// A model is a handler with versions of some pages.
type model struct {
	*site
	rand     *rand.Rand
	replaced map[string][]time.Time // when version i ended, for each path
}

// what the handler says of a path, and how long after its replacement a version
// may be seen by a client that asks for nothing.
var modelTerms = map[string]struct {
	control string
	late    time.Duration
}{
	"/short":   {"max-age=5", 5 * time.Second},
	"/long":    {"max-age=60", 60 * time.Second},
	"/checked": {"no-cache", 0},
	"/secret":  {"no-store", 0},
	"/own":     {"private, max-age=60", 0},
	"/swr":     {"max-age=5, stale-while-revalidate=20", 25 * time.Second},
	"/must":    {"max-age=5, must-revalidate", 5 * time.Second},
}

func (m *model) step() {
	var paths []string
	for path := range modelTerms {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	path := paths[m.rand.IntN(len(paths))]
	switch m.rand.IntN(6) {
	case 0:
		<-time.After(time.Duration(m.rand.IntN(10_000)) * time.Millisecond)
	case 1: // behind the cache's back
		m.replaced[path] = append(m.replaced[path], time.Now())
	case 2: // by way of the cache: nobody may see the old one any more
		m.replaced[path] = append(m.replaced[path], time.Now())
		m.reply(page(m.miss(with("PUT", request(path))), ""))
		if _, version := m.get(path, "A", "1"); version != len(m.replaced[path]) {
			m.t.Errorf("%s: version %d after a PUT", path, version)
		}
	default:
		asks := []string{"A", strconv.Itoa(m.rand.IntN(2))}
		allowed := modelTerms[path].late
		switch m.rand.IntN(6) {
		case 0:
			asks, allowed = append(asks, control, "no-cache"), 0
		case 1:
			asks, allowed = append(asks, control, "max-age=2"), min(allowed, 2*time.Second)
		case 2:
			asks = append(asks, control, "max-stale=10")
			if path != "/must" && allowed > 0 {
				allowed = max(allowed, 5*time.Second+10*time.Second)
				if path == "/long" {
					allowed = 70 * time.Second
				}
			}
		}
		body, version := m.get(path, asks...)
		if body != asks[1] {
			m.t.Errorf("%s: the answer is for %s, not %s", path, body, asks[1])
		}
		if ends := m.replaced[path]; version < len(ends) && time.Since(ends[version]) > allowed {
			m.t.Errorf("%s %v: version %d was replaced %v ago", path, asks, version, time.Since(ends[version]))
		}
	}
}

// get asks for a path, lets the handler answer if it is asked, and returns what
// the client gets: for whom it is, and of which version.
func (m *model) get(path string, asks ...string) (whom string, version int) {
	m.t.Helper()
	on, got := m.send(request(path, asks...))
	if on != nil {
		if late := m.reply(m.handle(on)); got == nil {
			got = late
		} else if late != nil {
			m.t.Errorf("%s: two answers: %v, %v", path, got, late)
		}
	}
	if got == nil || got.status != 200 {
		m.t.Fatalf("%s %v: %v", path, asks, got)
	}
	whom, number, _ := strings.Cut(got.body, " ")
	version, _ = strconv.Atoi(number)
	return whom, version
}

func (m *model) handle(on *http1.Request) *http1.Response {
	version, whom := len(m.replaced[on.Path]), on.Header.Get("A")
	fields := []string{control, modelTerms[on.Path].control, "ETag", fmt.Sprintf(`"%s-%d"`, whom, version), "Vary", "A"}
	if on.Header.Get("If-None-Match") == fields[3] {
		return notChanged(on, fields...)
	}
	return page(on, fmt.Sprintf("%s %d", whom, version), fields...)
}
