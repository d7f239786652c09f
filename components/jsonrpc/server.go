package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Server answers calls by JSON-RPC 2.0: Kamaelia's Deserializer, Dispatcher and Finalizer.
//
//	string ──▶ [ Server ] ──▶ string
//	               └─ faults ─▶ error
//
// A text is a call, or a batch of some; it has one answer, or none if all of it were
// notifications. Calls are answered one after the other, in their order. It ends with its
// input. A method that panics is a failure of the Server; its error is not.
type Server struct {
	axon.Base

	// Methods are what can be called. Servers may share them: a method of several
	// connections is called by all of them at once.
	Methods map[string]Method

	// Batch is how many calls a text may have; 0 means 100. One with more is refused.
	Batch int

	Inbox  axon.Inbox[string]  // JSON texts of the client
	Outbox axon.Outbox[string] // answers, each a JSON text without line ends
	Faults axon.Outbox[error]  `axon:"optional"` // errors of methods that the client is not told
}

var (
	_ axon.Component = (*Server)(nil)
	_ axon.Validator = (*Server)(nil)
)

// Validate implements axon.Validator.
func (s *Server) Validate() error {
	for name, m := range s.Methods {
		if m == nil {
			return fmt.Errorf("jsonrpc: the method %q is nil", name)
		}
	}
	return nil
}

// Main implements axon.Component.
func (s *Server) Main(ctx context.Context) error {
	for text := range s.Inbox.All(ctx) {
		answer, faults := s.Answer(ctx, text)
		for _, err := range faults {
			if err := s.Faults.Send(ctx, err); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
		}
		if answer == "" {
			continue
		}
		if err := s.Outbox.Send(ctx, answer); err != nil {
			return err
		}
	}
	return nil
}

// Answer is what Main does with one text, for calls that come otherwise, such as in the body
// of a POST: the answer, "" if there is none, and the errors of methods that it does not tell.
func (s *Server) Answer(ctx context.Context, text string) (answer string, faults []error) {
	if !json.Valid([]byte(text)) {
		return encode(response{Error: errParse, ID: null}), nil
	}
	b := bytes.TrimSpace([]byte(text))
	if b[0] != '[' {
		r, fault := s.one(ctx, b)
		if fault != nil {
			faults = append(faults, fault)
		}
		return encode(r), faults
	}
	var batch []json.RawMessage
	_ = json.Unmarshal(b, &batch) // it is valid, and an array
	most := s.Batch
	if most <= 0 {
		most = 100
	}
	switch {
	case len(batch) == 0:
		return encode(response{Error: errInvalidRequest, ID: null}), nil
	case len(batch) > most:
		return encode(response{Error: errInvalidRequest.with(fmt.Sprintf("more than %d calls", most)), ID: null}), nil
	}
	var out []byte
	for _, b := range batch {
		r, fault := s.one(ctx, b)
		if fault != nil {
			faults = append(faults, fault)
		}
		if one := encode(r); one != "" {
			out = append(append(out, ','), one...)
		}
	}
	if out == nil {
		return "", faults
	}
	out[0] = '['
	return string(append(out, ']')), faults
}

// A response is an answer to a call (section 5). Without an ID there is none.
type response struct {
	JSONRPC string          `json:"jsonrpc"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *Error          `json:"error,omitempty"`
	ID      json.RawMessage `json:"id"`
}

// encode writes a response. What a method has put into it may have no JSON.
func encode(r response) string {
	if r.ID == nil {
		return ""
	}
	r.JSONRPC = version
	b, err := json.Marshal(r)
	if err != nil {
		b, _ = json.Marshal(response{JSONRPC: version, Error: errInternal, ID: r.ID})
	}
	return string(b)
}

// one answers a call of valid JSON. The fault is an error that the answer does not tell.
func (s *Server) one(ctx context.Context, text []byte) (r response, fault error) {
	m, ok := members(text)
	id, has := m["id"]
	if has && !goodID(id) {
		ok, id = false, null
	}
	var name string
	params, given := m["params"]
	if ok = ok && m["method"] != nil && json.Unmarshal(m["method"], &name) == nil && !bytes.Equal(m["method"], null); ok && given {
		ok = structured(params)
	}
	if !ok {
		if !has {
			id = null // it is no notification either (section 7)
		}
		return response{Error: errInvalidRequest, ID: id}, nil
	}
	method := s.Methods[name]
	if method == nil {
		return response{Error: errNoMethod, ID: id}, nil
	}
	v, err := method(ctx, params)
	var result []byte
	if err == nil {
		result, err = json.Marshal(v)
	}
	var told *Error
	switch {
	case err == nil:
		return response{Result: result, ID: id}, nil
	case !errors.As(err, &told):
		return response{Error: errInternal, ID: id}, fmt.Errorf("jsonrpc: %.40q: %w", name, err)
	case !has:
		return response{}, fmt.Errorf("jsonrpc: %.40q: %w", name, err)
	}
	return response{Error: told, ID: id}, nil
}

// goodID says whether a value can be that of a call: a string, a number, or null.
func goodID(id json.RawMessage) bool {
	switch id[0] {
	case '{', '[', 't', 'f':
		return false
	}
	return true
}
