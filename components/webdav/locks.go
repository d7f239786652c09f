package webdav

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A held is a lock (RFC 4918 section 6).
type held struct {
	token  string // a URI
	name   string // of the resource that it was taken on
	deep   bool   // it is on all below, too
	shared bool
	owner  string // XML, as the client has it
	user   string // who has taken it, if that is known
	time   time.Duration
	until  time.Time
}

// on reports whether the lock is on a resource.
func (l *held) on(name string) bool { return l.name == name || l.deep && under(name, l.name) }

// locks are all locks of a share. The zero value has none.
type locks struct {
	mu      sync.Mutex
	byToken map[string]*held
	byName  map[string][]*held
}

var (
	errLocked = errors.New("webdav: it is locked")
	errMany   = errors.New("webdav: there are too many locks")
)

// take adds a lock, unless another stands against it (section 7), or there are
// most already.
func (t *locks) take(l *held, now time.Time, most int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	against := func(other *held) bool { return !(l.shared && other.shared) }
	if slices.ContainsFunc(t.covering(l.name, now), against) ||
		l.deep && slices.ContainsFunc(t.within(l.name, now), against) {
		return errLocked
	}
	if len(t.byToken) >= most {
		for _, old := range t.byToken {
			t.expire(old, now)
		}
		if len(t.byToken) >= most {
			return errMany
		}
	}
	if t.byToken == nil {
		t.byToken, t.byName = make(map[string]*held), make(map[string][]*held)
	}
	l.token, l.until = newToken(), now.Add(l.time)
	t.byToken[l.token] = l
	t.byName[l.name] = append(t.byName[l.name], l)
	return nil
}

// newToken makes a URI that nobody has (section 6.5).
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it does not fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// refresh gives a lock on a resource new time (section 9.10.2).
func (t *locks) refresh(token, name, user string, now time.Time, time time.Duration) (held, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.covering(name, now) {
		if l.token == token && l.user == user {
			l.time, l.until = time, now.Add(time)
			return *l, true
		}
	}
	return held{}, false
}

// list returns copies of the locks on a resource.
func (t *locks) list(name string, now time.Time) (all []held) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.covering(name, now) {
		all = append(all, *l)
	}
	return all
}

// has reports whether a token's lock is on a resource.
func (t *locks) has(token, name string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.covering(name, now), func(l *held) bool { return l.token == token })
}

// free gives a lock up.
func (t *locks) free(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.byToken[token]; l != nil {
		t.drop(l)
	}
}

// forget drops the locks that were taken on what is no more: on a name, unless it
// is still there, and below.
func (t *locks) forget(name string, still bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.byToken {
		if l.name == name && !still || under(l.name, name) {
			t.drop(l)
		}
	}
}

// A write is what a request writes to: a resource, and with deep all below it.
type write struct {
	name string
	deep bool
}

// permit reports whether a user who submits some tokens may write. Of the locks on
// a resource, one must be among them (section 7): if it is exclusive, it is the
// only one.
func (t *locks) permit(writes []write, tokens []string, user string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := func(l *held) bool { return l.user == user && slices.Contains(tokens, l.token) }
	for _, w := range writes {
		if on := t.covering(w.name, now); len(on) > 0 && !slices.ContainsFunc(on, mine) {
			return false
		}
		if !w.deep {
			continue
		}
		for _, l := range t.within(w.name, now) {
			if !slices.ContainsFunc(t.byName[l.name], mine) {
				return false
			}
		}
	}
	return true
}

// covering returns the locks that are on a resource. t.mu is held.
func (t *locks) covering(name string, now time.Time) (all []*held) {
	if len(t.byToken) == 0 {
		return nil
	}
	for at := name; ; at = parent(at) {
		for _, l := range slices.Clone(t.byName[at]) {
			if !t.expire(l, now) && l.on(name) {
				all = append(all, l)
			}
		}
		if at == "" {
			return all
		}
	}
}

// within returns the locks that were taken below a collection. t.mu is held.
func (t *locks) within(dir string, now time.Time) (all []*held) {
	for _, l := range t.byToken {
		if under(l.name, dir) && !t.expire(l, now) {
			all = append(all, l)
		}
	}
	return all
}

// expire drops a lock whose time is over. t.mu is held.
func (t *locks) expire(l *held, now time.Time) bool {
	if now.Before(l.until) {
		return false
	}
	t.drop(l)
	return true
}

// drop removes a lock. t.mu is held.
func (t *locks) drop(l *held) {
	delete(t.byToken, l.token)
	rest := slices.DeleteFunc(t.byName[l.name], func(x *held) bool { return x == l })
	if t.byName[l.name] = rest; len(rest) == 0 {
		delete(t.byName, l.name)
	}
}
