package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Codes of errors that the specification defines (section 5.1). Those of an application
// are others than -32768 to -32000.
const (
	CodeParse          = -32700 // the text is no JSON
	CodeInvalidRequest = -32600 // it is JSON, and no request
	CodeNoMethod       = -32601 // there is no such method
	CodeInvalidParams  = -32602 // the method does not take such parameters
	CodeInternal       = -32603 // the method has failed
)

// An Error is what a method answers in place of a result. The caller gets it as it is.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`        // one short sentence
	Data    json.RawMessage `json:"data,omitempty"` // what else there is to say about it
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("jsonrpc: error %d: %s", e.Code, e.Message) }

// with returns an error of the specification with a reason.
func (e *Error) with(reason string) *Error {
	data, _ := json.Marshal(reason) // of a string: it can not fail
	return &Error{e.Code, e.Message, data}
}

// The errors of the specification, in its words.
var (
	errParse          = &Error{Code: CodeParse, Message: "Parse error"}
	errInvalidRequest = &Error{Code: CodeInvalidRequest, Message: "Invalid Request"}
	errNoMethod       = &Error{Code: CodeNoMethod, Message: "Method not found"}
	errInvalidParams  = &Error{Code: CodeInvalidParams, Message: "Invalid params"}
	errInternal       = &Error{Code: CodeInternal, Message: "Internal error"}
)

// A Call asks for a method.
type Call struct {
	Method string
	Params json.RawMessage // an array, or an object; nil means none
	Notify bool            // nobody answers: there will be no Reply
}

// NewCall returns a Call whose parameters are a slice, for those by position, or a struct or
// map, for those by name.
func NewCall[P any](method string, params P) (Call, error) {
	b, err := json.Marshal(params)
	if err == nil && !structured(b) {
		err = errors.New("neither an array nor an object")
	}
	if err != nil {
		return Call{}, fmt.Errorf("jsonrpc: the parameters of %s: %w", method, err)
	}
	return Call{Method: method, Params: b}, nil
}

// A Reply is what has become of a Call.
type Reply struct {
	Call   Call
	Result json.RawMessage // JSON, if there is no Err
	Err    error           // an *Error of the server, or why there is no answer: ErrNoAnswer
}

// Decode makes a value of the result, or returns Err.
func (r *Reply) Decode(v any) error {
	if r.Err != nil {
		return r.Err
	}
	if err := json.Unmarshal(r.Result, v); err != nil {
		return fmt.Errorf("jsonrpc: the result of %s: %w", r.Call.Method, err)
	}
	return nil
}

// ErrNoAnswer is part of the Err of a Reply that the server has not given.
var ErrNoAnswer = errors.New("jsonrpc: no answer")

// null is JSON's.
var null = json.RawMessage("null")

// version is the member that each message has (section 4).
const version = "2.0"

// structured says whether a text that is JSON is an array or an object.
func structured(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && (text[0] == '[' || text[0] == '{')
}

// members takes an object apart. Names are what they are, in their own letters, which
// encoding/json does not hold for a struct.
func members(text []byte) (map[string]json.RawMessage, bool) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(text, &m); err != nil || m == nil {
		return nil, false
	}
	var v string
	if json.Unmarshal(m["jsonrpc"], &v) != nil || v != version {
		return m, false
	}
	return m, true
}
