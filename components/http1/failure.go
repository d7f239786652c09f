package http1

import "fmt"

// A Failure says that a request can not be answered as asked, and why. Every
// failure of every stage travels to the error component as one of these.
type Failure struct {
	// Status is the status code that fits, 400 to 599.
	Status int

	// Stage names the part that failed, as in the graph: "PARSER".
	Stage string

	// Cause tells what went wrong, for logs and debug pages. It is not meant
	// for the client's eyes.
	Cause error

	// Request is the request as far as it was understood; never nil when it
	// comes to an error component.
	Request *Request

	// Header holds fields that the answer must carry, such as Allow with 405.
	Header Header

	// Close says that the connection can not be used after the answer.
	Close bool
}

// Error makes a Failure usable as an error inside a stage.
func (f *Failure) Error() string {
	if f.Cause == nil {
		return fmt.Sprintf("http1: %d %s", f.Status, StatusText(f.Status))
	}
	return fmt.Sprintf("http1: %d %s: %v", f.Status, StatusText(f.Status), f.Cause)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }
