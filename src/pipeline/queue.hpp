#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace concord::pipeline {

/// Hands values from one thread to another, in order.
template <class T>
class Queue {
 public:
  void push(T value) {
    {
      const std::lock_guard lock(mutex_);
      values_.push_back(std::move(value));
    }
    changed_.notify_one();
  }
  /// No value will follow.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }
  /// The next value; waits for it. Nothing once the queue is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !values_.empty(); });
    if (values_.empty()) return std::nullopt;
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> values_;
  bool closed_ = false;
};

/// Bounds what is under way: a number of drives, and the bytes that they keep. One drive is always let in, however big.
class Gate {
 public:
  Gate(std::size_t drives, std::uint64_t bytes) : most_drives_(drives), most_bytes_(bytes) {}

  /// Waits until another drive may be started.
  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ || drives_ < most_drives_; });
    ++drives_;
  }
  /// Counts the bytes of the drive that entered last; waits while those of the drives before it leave no room.
  void hold(std::uint64_t bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_ || bytes_ == 0 || bytes_ + bytes <= most_bytes_; });
    bytes_ += bytes;
  }
  /// Lets everything in from now on.
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void leave(std::uint64_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      --drives_;
      bytes_ -= bytes;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t most_drives_;
  std::uint64_t most_bytes_;
  std::size_t drives_ = 0;
  std::uint64_t bytes_ = 0;
  bool open_ = false;
};

}  // namespace concord::pipeline
