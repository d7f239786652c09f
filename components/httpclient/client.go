package httpclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Request is what a Client asks for.
type Request struct {
	Method string // "" means GET, or POST if there is a Body
	URL    string
	Header http.Header
	Body   []byte
}

// A Response is what a server has answered.
type Response struct {
	Request Request
	Status  int
	Header  http.Header
	Body    []byte // all of it; the receiver's own
}

// A Failure is a request without a response.
type Failure struct {
	Request Request
	Err     error
}

// Error says what was asked for, and why there is no answer.
func (f *Failure) Error() string { return fmt.Sprintf("httpclient: %v", f.Err) }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Client makes requests, one after another, and keeps its connections.
//
//	Request ──▶ [ Client ] ──▶ Response
//	                 └─ failures ─▶ *Failure
//
// A response is one whatever its status; redirects are followed, ten at most. It ends
// with its input. A request that fails is the component's failure, unless failures is
// linked: then it goes on with the next.
type Client struct {
	axon.Base

	// HTTP makes the requests; nil means a client of its own, with the settings of
	// http.DefaultTransport.
	HTTP *http.Client

	// Largest is how many bytes the body of a response may have; 0 means 10 MiB. More
	// is a failure.
	Largest int64

	// Time is how long a request may take, with its body; 0 means a minute.
	Time time.Duration

	Inbox    axon.Inbox[Request]   // what to ask for
	Outbox   axon.Outbox[Response] // the answers, in order
	Failures axon.Outbox[*Failure] `axon:"optional"` // requests without an answer
}

var _ axon.Component = (*Client)(nil)

// Main implements axon.Component.
func (c *Client) Main(ctx context.Context) error {
	client := c.HTTP
	if client == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		defer own.CloseIdleConnections()
		client = &http.Client{Transport: own}
	}
	for r := range c.Inbox.All(ctx) {
		response, err := c.do(ctx, client, r)
		switch {
		case err == nil:
			if err := c.Outbox.Send(ctx, response); err != nil {
				return err
			}
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !c.Failures.Linked():
			return &Failure{r, err}
		default:
			if err := c.Failures.Send(ctx, &Failure{r, err}); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
		}
	}
	return nil
}

// do makes one request and reads all of its response.
func (c *Client) do(ctx context.Context, client *http.Client, r Request) (Response, error) {
	limit, largest := c.Time, c.Largest
	if limit <= 0 {
		limit = time.Minute
	}
	if largest <= 0 {
		largest = 10 << 20
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	method := r.Method
	if method == "" && len(r.Body) > 0 {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Response{}, err
	}
	if r.Header != nil {
		request.Header = r.Header.Clone()
	}
	answer, err := client.Do(request)
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, largest+1))
	if err != nil {
		return Response{}, fmt.Errorf("%s %s: %w", answer.Request.Method, r.URL, err)
	}
	if int64(len(body)) > largest {
		return Response{}, fmt.Errorf("%s %s: more than %d bytes", answer.Request.Method, r.URL, largest)
	}
	return Response{r, answer.StatusCode, answer.Header, body}, nil
}
