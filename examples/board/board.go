package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/components/auth"
)

// A Message is what somebody has posted.
type Message struct {
	From string    `json:"from"`
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

// most is how many messages a board holds.
const most = 10_000

// A Board is a directory with users, messages and visits. All sessions share it.
type Board struct {
	// Users are those who may come in; the file is read when the first one does.
	Users *auth.Users

	dir string

	mu       sync.Mutex
	messages []Message
	visits   map[string]int
}

var errFull = errors.New("the board is full")

// openBoard reads what is in a directory.
func openBoard(dir string) (*Board, error) {
	b := &Board{Users: &auth.Users{File: filepath.Join(dir, "users")}, dir: dir, visits: map[string]int{}}
	if err := b.Users.Open(); err != nil {
		return nil, err
	}
	if text, err := os.ReadFile(b.file("visits")); err == nil {
		if err := json.Unmarshal(text, &b.visits); err != nil {
			return nil, fmt.Errorf("%s: %w", b.file("visits"), err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.Open(b.file("messages"))
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var m Message
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			return nil, fmt.Errorf("%s, message %d: %w", f.Name(), len(b.messages)+1, err)
		}
		b.messages = append(b.messages, m)
	}
	return b, nil
}

func (b *Board) file(name string) string { return filepath.Join(b.dir, name) }

// Len is how many messages there are.
func (b *Board) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.messages)
}

// Messages returns all messages, oldest first.
func (b *Board) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clip(b.messages) // only ever appended to
}

// Post adds a message behind the others, in the file first, and returns its number from 1.
func (b *Board) Post(m Message) (number int, err error) {
	line, err := json.Marshal(m)
	if err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) >= most {
		return 0, errFull
	}
	f, err := os.OpenFile(b.file("messages"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return 0, err
	}
	_, err = f.Write(append(line, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	b.messages = append(b.messages, m)
	return len(b.messages), nil
}

// Visit returns how many messages somebody has seen.
func (b *Board) Visit(name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return min(b.visits[name], len(b.messages))
}

// SetVisit remembers it, over a restart too.
func (b *Board) SetVisit(name string, seen int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.visits[name] = seen
	text, err := json.Marshal(b.visits)
	if err != nil {
		return err
	}
	if err := os.WriteFile(b.file("visits.new"), text, 0o666); err != nil {
		return err
	}
	return os.Rename(b.file("visits.new"), b.file("visits"))
}
