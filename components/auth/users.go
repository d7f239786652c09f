package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

// Users are those whose names and passwords are in a file as the program htpasswd
// writes it. The file is read again when it changes. Any number of goroutines may
// share one. Set the fields, call Open, then Check.
type Users struct {
	// File is the name of the file.
	File string

	// Fresh is for how long a change of the file may go unseen; 0 means 1 s.
	Fresh time.Duration

	// Guesses is how many wrong passwords may come from one address in a minute,
	// before it is not listened to for a while; 0 means 30, less than 0 that there
	// is no limit. An address of IPv6 counts with its whole /64.
	Guesses int

	// Parallel is how many passwords may be compared at once; 0 means half of the
	// processors. To compare one is meant to be slow, and must not take all the
	// time there is.
	Parallel int

	// Patience is how long a password may wait for its turn; 0 means 5 s.
	Patience time.Duration

	slots chan struct{} // one for each comparison at work

	mu      sync.Mutex
	looked  time.Time   // at the file
	stamp   os.FileInfo // of what was read
	err     error       // why it can not be read now
	entries entries
	guesses guesses

	secret [32]byte // what the keys of the verdicts are made with
	right  verdicts // passwords that were compared before, and fit
	wrong  verdicts // or did not
}

// Why Check has no answer.
var (
	// ErrBusy is returned when a password had to wait for too long.
	ErrBusy = errors.New("auth: too many passwords are being compared")

	// ErrGuesses is returned when too many wrong passwords came from an address.
	ErrGuesses = errors.New("auth: too many wrong passwords from this address")
)

var errNotOpen = errors.New("auth: Users are not open")

// What the zero value of the fields stands for, and other bounds.
const (
	defaultFresh    = time.Second
	defaultGuesses  = 30
	defaultPatience = 5 * time.Second
	longest         = 1024 // bytes of a password
)

// Open reads the file.
func (u *Users) Open() error {
	parallel := u.Parallel
	if parallel <= 0 {
		parallel = max(1, runtime.GOMAXPROCS(0)/2)
	}
	u.slots = make(chan struct{}, parallel)
	if _, err := rand.Read(u.secret[:]); err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.looked = time.Now()
	return u.read()
}

// Check reports whether a user has a password. What it found it remembers, so
// that most calls cost a hash and no more. An error other than ErrBusy and
// ErrGuesses means that the file can not be read.
func (u *Users) Check(ctx context.Context, name, password string, from net.Addr) (bool, error) {
	if len(password) > longest {
		return false, nil
	}
	if u.slots == nil {
		return false, errNotOpen
	}
	key := u.key(name, password)
	ok, known, err := u.known(key)
	if known || err != nil {
		return ok, err
	}
	leave, err := u.turn(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if ok, known, err := u.known(key); known || err != nil {
		return ok, err // another request was quicker
	}
	u.mu.Lock()
	now, entries := time.Now(), u.entries
	allowed := u.guesses.take(addressOf(from), u.limit(), now)
	u.mu.Unlock()
	if !allowed {
		return false, ErrGuesses
	}
	ok = entries.match(name, password)
	u.mu.Lock()
	defer u.mu.Unlock()
	if ok {
		u.guesses.giveBack(addressOf(from))
	}
	if entries.same(u.entries) { // or the file was read meanwhile
		u.remember(key, ok)
	}
	return ok, nil
}

// limit is how many guesses an address has in a minute; 0 is no limit.
func (u *Users) limit() int {
	if u.Guesses == 0 {
		return defaultGuesses
	}
	return max(0, u.Guesses)
}

// key makes of a name and a password what verdicts are kept under: it tells
// nothing of them to who reads the memory later.
func (u *Users) key(name, password string) [32]byte {
	var room [512]byte
	b := append(room[:0], u.secret[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(name)))
	return sha256.Sum256(append(append(b, name...), password...))
}

// known returns what was found out before, if the file is what it was then.
func (u *Users) known(key [32]byte) (ok, known bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refresh()
	if u.err != nil {
		return false, false, u.err
	}
	if u.right.has(key) {
		return true, true, nil
	}
	return false, u.wrong.has(key), nil
}

func (u *Users) remember(key [32]byte, ok bool) {
	if ok {
		u.right.add(key)
	} else {
		u.wrong.add(key)
	}
}

// turn waits for a place among those who compare passwords.
func (u *Users) turn(ctx context.Context) (leave func(), err error) {
	leave = func() { <-u.slots }
	select {
	case u.slots <- struct{}{}:
		return leave, nil
	default:
	}
	patience := u.Patience
	if patience <= 0 {
		patience = defaultPatience
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrBusy)
	defer cancel()
	select {
	case u.slots <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// refresh looks whether the file has changed, and reads it again if so.
func (u *Users) refresh() {
	fresh, now := u.Fresh, time.Now()
	if fresh <= 0 {
		fresh = defaultFresh
	}
	if now.Sub(u.looked) < fresh {
		return
	}
	u.looked = now
	fi, err := os.Stat(u.File)
	if err == nil && u.err == nil && os.SameFile(fi, u.stamp) && fi.ModTime().Equal(u.stamp.ModTime()) && fi.Size() == u.stamp.Size() {
		return
	}
	_ = u.read() // and keep the error for who asks
}

// read reads the file. While it can not be read, nobody may enter.
func (u *Users) read() error {
	u.entries, u.right, u.wrong = entries{}, nil, nil
	u.entries, u.stamp, u.err = readEntries(u.File)
	return u.err
}

// Has reports whether there is a user of a name, in the file as it was read last.
func (u *Users) Has(name string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.entries.users[name] != nil
}
