package files

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"
)

// misses remembers, for as long as an entry is fresh, which paths were not found:
// a page that names a file that is gone sends everyone there. It is a table of
// fixed size in which a path has one place, so that a client that makes up paths
// can fill it with nothing but 404s.
type misses struct {
	seed  maphash.Seed
	table [256]atomic.Pointer[miss]
}

type miss struct {
	path string
	err  error
	at   time.Duration // when it was looked for
}

// longestMiss is the longest path that is remembered, in bytes.
const longestMiss = 256

func (m *misses) place(path string) *atomic.Pointer[miss] {
	return &m.table[maphash.String(m.seed, path)%uint64(len(m.table))]
}

// find returns why the path was not found, less than fresh ago and after since;
// nil if it is not known.
func (m *misses) find(path string, now, fresh, since time.Duration) error {
	if known := m.place(path).Load(); known != nil && known.path == path && known.at > since && now-known.at < fresh {
		return known.err
	}
	return nil
}

func (m *misses) note(path string, err error, now time.Duration) {
	if len(path) <= longestMiss {
		m.place(path).Store(&miss{strings.Clone(path), err, now})
	}
}
