package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// under is how many calls may be under way, and how many answers its box holds: were it
// fewer, Client and server could wait for each other.
const under = 256

// Client calls the methods of a server by JSON-RPC 2.0, and reports the result
// of each call.
//
//	Call ────▶ [ Client ] ──▶ Reply
//	answers ─▶          ── requests ─▶ string
//
// Put what connects to the server between requests and answers: a sockets.TCPClient with
// lines around it, linked back. Calls do not wait for each other's answers; Replies come as
// the server answers. It ends with its input, behind the last Reply; and when the answers
// have finished: what is under way then has a Reply with ErrNoAnswer.
type Client struct {
	axon.Base

	// Patience is how long an answer may take; 0 means 30 seconds.
	Patience time.Duration

	// Batch is how many calls are sent as one text, if so many are there; 0 means 1.
	Batch int

	Inbox    axon.Inbox[Call]    // what to call
	Answers  axon.Inbox[string]  `axon:"size=256"` // JSON texts of the server
	Outbox   axon.Outbox[Reply]  // one for each call that is no notification
	Requests axon.Outbox[string] // JSON texts for the server, without line ends
	Faults   axon.Outbox[error]  `axon:"optional"` // what the server says and is no answer to a call
}

var _ axon.Component = (*Client)(nil)

// A request is a call as it is sent (section 4).
type request struct {
	JSONRPC string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params,omitempty"`
	ID      uint64          `json:"id,omitempty"` // from 1 on; 0 is a notification's
}

// waiting are the calls under way.
type waiting struct {
	calls map[uint64]Call
	queue []due // in the order of their numbers, with some that were answered
	last  uint64
}

// A due says when a call has waited long enough.
type due struct {
	id uint64
	at time.Time
}

// Main implements axon.Component.
func (c *Client) Main(ctx context.Context) error {
	w := &waiting{calls: map[uint64]Call{}}
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for finished := false; !finished || len(w.calls) > 0; {
		calls := c.Inbox.C()
		if finished || len(w.calls) >= under {
			calls = nil
		}
		timer.Reset(w.next())
		var err error
		select {
		case call, open := <-calls:
			if ctx.Err() != nil {
				return nil
			}
			if finished = !open; open {
				err = c.call(ctx, w, call)
			}
		case text, open := <-c.Answers.C():
			if ctx.Err() != nil {
				return nil
			}
			if !open {
				return c.expire(ctx, w, nil, "the server has hung up")
			}
			err = c.hear(ctx, w, text)
		case now := <-timer.C:
			err = c.expire(ctx, w, &now, "none in time")
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// next is how long it takes until a call has waited long enough.
func (w *waiting) next() time.Duration {
	for len(w.queue) > 0 {
		if _, waits := w.calls[w.queue[0].id]; waits {
			return max(time.Until(w.queue[0].at), 0)
		}
		w.queue = w.queue[1:]
	}
	return time.Hour // nothing waits
}

// call sends a call, and those that are there behind it as far as Batch allows.
func (c *Client) call(ctx context.Context, w *waiting, call Call) error {
	patience := c.Patience
	if patience <= 0 {
		patience = 30 * time.Second
	}
	var texts [][]byte
	for n := 1; ; n++ {
		r := request{JSONRPC: version, Method: call.Method, Params: call.Params}
		if !call.Notify {
			w.last++
			r.ID = w.last
		}
		text, err := json.Marshal(r)
		if err == nil && call.Params != nil && !structured(call.Params) {
			err = errors.New("parameters are an array or an object")
		}
		if err != nil {
			if err := c.Outbox.Send(ctx, Reply{Call: call, Err: fmt.Errorf("jsonrpc: %s: %w", call.Method, err)}); err != nil {
				return err
			}
		} else if texts = append(texts, text); !call.Notify {
			w.calls[r.ID] = call
			w.queue = append(w.queue, due{r.ID, time.Now().Add(patience)})
		}
		if n >= c.Batch || len(w.calls) >= under {
			break
		}
		more, ok, err := c.Inbox.TryRecv()
		if !ok || err != nil {
			break // Main finds out why
		}
		call = more
	}
	switch len(texts) {
	case 0:
		return nil
	case 1:
		return c.Requests.Send(ctx, string(texts[0]))
	}
	return c.Requests.Send(ctx, "["+string(bytes.Join(texts, []byte{','}))+"]")
}

// hear deals with a text of the server: an answer, or several.
func (c *Client) hear(ctx context.Context, w *waiting, text string) error {
	var all []json.RawMessage
	if json.Unmarshal([]byte(text), &all) != nil || all == nil {
		all = []json.RawMessage{json.RawMessage(text)}
	}
	for _, one := range all {
		id, r, err := answerOf(one)
		call, waits := w.calls[id]
		switch {
		case err == nil && waits:
			delete(w.calls, id)
			r.Call = call
			err = c.Outbox.Send(ctx, r)
		case err == nil:
			err = c.fault(ctx, fmt.Errorf("jsonrpc: an answer to no call: %.80q", one))
		default:
			err = c.fault(ctx, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fault tells of what is no answer, if somebody wants to know.
func (c *Client) fault(ctx context.Context, fault error) error {
	if err := c.Faults.Send(ctx, fault); err != nil && !errors.Is(err, axon.ErrGone) {
		return err
	}
	return nil
}

// answerOf reads an answer.
func answerOf(text []byte) (id uint64, r Reply, err error) {
	m, ok := members(text)
	result, good := m["result"]
	fault, bad := m["error"]
	if !ok || good == bad || bytes.Equal(fault, null) {
		return 0, r, fmt.Errorf("jsonrpc: not an answer: %.80q", text)
	}
	if bad {
		e := new(Error)
		if err := json.Unmarshal(fault, e); err != nil {
			return 0, r, fmt.Errorf("jsonrpc: the error of an answer: %w", err)
		}
		r.Err = e
	}
	r.Result = result
	if json.Unmarshal(m["id"], &id) == nil && id > 0 {
		return id, r, nil
	}
	if bad {
		return 0, r, r.Err // the server has not understood which call it was
	}
	return 0, r, fmt.Errorf("jsonrpc: an answer to no call: %.80q", text)
}

// expire gives up the calls that have waited until a time, or all.
func (c *Client) expire(ctx context.Context, w *waiting, until *time.Time, why string) error {
	for len(w.queue) > 0 && (until == nil || !w.queue[0].at.After(*until)) {
		id := w.queue[0].id
		w.queue = w.queue[1:]
		call, waits := w.calls[id]
		if !waits {
			continue
		}
		delete(w.calls, id)
		if err := c.Outbox.Send(ctx, Reply{Call: call, Err: fmt.Errorf("%w: %s: %s", ErrNoAnswer, call.Method, why)}); err != nil {
			return err
		}
	}
	return nil
}
