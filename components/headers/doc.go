// Package headers has the stage that changes the header fields of responses by
// rules on paths.
package headers
